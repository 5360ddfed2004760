import type { WppMsgClient } from "../../wpp.ts";
import type { DisconnectInput, DisconnectOutput } from "../contract/disconnect.ts";
import { AppError } from "../errors.ts";
import type { ConnectionRow } from "./connection_row.ts";
import type { Connections } from "./connections.ts";
import type { Disconnections } from "./disconnections.ts";

/** How often a connection is stopped that somebody else creates anew meanwhile. */
const MAX_ATTEMPTS = 3;
/** After that many, the creations that were in the way have mostly ended. */
const RETRY_AFTER_S = 2;

interface Needs {
  connections: Pick<Connections, "unseal">;
  disconnections: Pick<Disconnections, "find" | "erase">;
  wpp: Pick<WppMsgClient, "stop">;
  trace: { warn(warning: string): void };
}

/**
 * Stops a connection at the platform, then erases its secrets. The row stays, so that it can be
 * connected again with its id, name and messages. Whoever reads the row afterwards finds no
 * connection, and what was read before writes nothing to it any more.
 *
 * @throws AppError `integration_not_found`, `creation_in_progress`; unless `force` is set, what
 * `WppMsgClient.stop` throws: then nothing has changed.
 */
export async function disconnect(
  { session, force = false }: DisconnectInput,
  { disconnections, ...context }: Needs,
): Promise<DisconnectOutput> {
  let meant = session;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { row, isDisconnected } = await disconnections.find(meant);
    meant = row.session!; // without one, what was created meanwhile would be ended, too
    if (!isDisconnected) await stop(row, force, context);
    if (isDisconnected || await disconnections.erase(row) === "disconnected") {
      return { integrationId: row.id, session: row.session!, status: "disconnected" };
    }
  }
  throw new AppError("creation_in_progress", { retryAfter: RETRY_AFTER_S });
}

async function stop(
  row: ConnectionRow,
  force: boolean,
  { connections, wpp, trace }: Omit<Needs, "disconnections">,
): Promise<void> {
  try {
    await wpp.stop(await connections.unseal(row));
  } catch (error) {
    const isRefused = error instanceof AppError && error.code === "reconnect_required";
    if (isRefused) return; // a key that the platform refuses has no session there
    if (!force) throw error;
    trace.warn("not_stopped");
  }
}
