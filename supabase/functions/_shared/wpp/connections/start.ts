import type { WppMsgClient } from "../../wpp.ts";
import type { ConnectionStatus } from "../contract/fields.ts";
import { inBackground } from "../lib/background.ts";
import type { Connection, Connections } from "./connections.ts";

interface Needs {
  connections: Pick<Connections, "claimStart" | "giveUpStart">;
  wpp: Pick<WppMsgClient, "start">;
}

/** A session that has shown no more than this may never have been started. */
const NOT_STARTED: readonly ConnectionStatus[] = ["starting", "unknown"];

/**
 * Asks the platform, in the background, to start a session that came to nothing since its creation
 * 10 s ago or longer: once a minute, and never again where the platform does not know that call. What
 * comes of it, the next status tells.
 *
 * @param status What the platform says now; `unknown` where it says nothing that can be understood.
 */
export function startIfStuck(
  connection: Connection,
  status: ConnectionStatus,
  context: Needs,
): void {
  const isStuck = [connection.status, status].every((one) => NOT_STARTED.includes(one));
  if (!isStuck || !connection.startIsDue) return;
  inBackground(start(connection, context).catch(() => {})); // a 504 is how some answer to it
}

async function start(connection: Connection, { connections, wpp }: Needs): Promise<void> {
  if (!await connections.claimStart(connection)) return;
  if (!await wpp.start(connection)) await connections.giveUpStart(connection);
}
