import type { WppMsgClient } from "../../wpp.ts";
import type { ConnectionStatus } from "../contract/fields.ts";
import type { StatusOutput } from "../contract/status.ts";
import { AppError } from "../errors.ts";
import type { Connection, Connections } from "./connections.ts";
import { type RegisterNeeds, registerWebhookIfDue } from "./register_webhook.ts";
import { startIfStuck } from "./start.ts";
import type { TenantConnections } from "./tenant_connections.ts";

interface Needs extends RegisterNeeds {
  connections: Pick<TenantConnections, "find" | "saveStatus" | "claimStart" | "giveUpStart">;
  wpp: RegisterNeeds["wpp"] & Pick<WppMsgClient, "status" | "start">;
}

/**
 * Tells how a connection stands, by asking the platform.
 *
 * @throws AppError `integration_not_found`, and what `WppMsgClient.status` throws.
 */
export async function connectionStatus(
  session: string | undefined,
  context: Needs,
): Promise<StatusOutput> {
  const connection = await context.connections.find(session);
  registerWebhookIfDue(connection, context);
  const { status, providerStatus } = await refreshStatus(connection, context);
  const checkedAt = new Date().toISOString();
  return { session: connection.session, status, providerStatus, checkedAt };
}

/** What asking for a status needs, besides finding the connection. */
export type RefreshNeeds = Omit<Needs, "connections"> & {
  connections: Omit<Needs["connections"], "find">;
};

/** Asks the platform for a connection's status and stores it. */
export async function refreshStatus(
  connection: Connection,
  context: RefreshNeeds,
): ReturnType<WppMsgClient["status"]> {
  try {
    const answer = await context.wpp.status(connection);
    startIfStuck(connection, answer.status, context);
    await saveStatus(connection, answer.status, context);
    return answer;
  } catch (error) {
    const hasNoState = error instanceof AppError && error.code === "gateway_invalid_response";
    if (hasNoState) startIfStuck(connection, "unknown", context);
    throw error;
  }
}

/** Stores a status that was learned; a failure to do so fails nothing else. */
export async function saveStatus(
  connection: Connection,
  status: ConnectionStatus,
  { connections, trace }: Pick<Needs, "trace"> & { connections: Pick<Connections, "saveStatus"> },
): Promise<void> {
  await connections.saveStatus(connection, status).catch(() => trace.warn("status_not_saved"));
}
