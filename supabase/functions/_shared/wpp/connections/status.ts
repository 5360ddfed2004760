import type { WppMsgClient } from "../../wpp.ts";
import type { ConnectionStatus, StatusOutput } from "../contract.ts";
import type { Connection, Connections } from "./connections.ts";

interface Needs {
  connections: Pick<Connections, "find" | "saveStatus">;
  wpp: Pick<WppMsgClient, "status">;
  trace: { warn(warning: string): void };
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
  const { status, providerStatus } = await refreshStatus(connection, context);
  const checkedAt = new Date().toISOString();
  return { session: connection.session, status, providerStatus, checkedAt };
}

/** Asks the platform for a connection's status and stores it. */
export async function refreshStatus(
  connection: Connection,
  { connections, wpp, trace }: Pick<Needs, "wpp" | "trace"> & {
    connections: Pick<Connections, "saveStatus">;
  },
): ReturnType<WppMsgClient["status"]> {
  const answer = await wpp.status(connection);
  await saveStatus(connection, answer.status, { connections, trace });
  return answer;
}

/** Stores a status that was learned; a failure to do so fails nothing else. */
export async function saveStatus(
  connection: Connection,
  status: ConnectionStatus,
  { connections, trace }: Pick<Needs, "trace"> & { connections: Pick<Connections, "saveStatus"> },
): Promise<void> {
  await connections.saveStatus(connection, status).catch(() => trace.warn("status_not_saved"));
}
