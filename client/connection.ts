import type { ConnectionsPatchOutput } from "./contract.ts";

/** A connection as members of its organization see it. */
export type Connection = ConnectionsPatchOutput;

/** Whether the platform has called the webhook's present URL: then it does so at each change. */
export function hasEvents(connection: Connection | undefined): boolean {
  const { registeredAt = null, lastEventAt = null } = connection?.webhook ?? {};
  if (registeredAt === null || lastEventAt === null) return false;
  return Date.parse(lastEventAt) > Date.parse(registeredAt);
}
