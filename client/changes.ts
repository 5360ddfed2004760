import type { CallOptions } from "./call.ts";
import type { RunQuery } from "./query.ts";
import type { Chat, Message } from "./rows.ts";

/** What changed in an organization's chats and messages. */
export interface Changes {
  /** The number to ask with next. Lower than the one asked with: everything was erased meanwhile. */
  change: number;
  /** In the order of their changes, as they are now. */
  chats: Chat[];
  /** Likewise. */
  messages: Message[];
  /** Whether there is more already. */
  more: boolean;
  /** The private channel on which the organization's changes are told; null: there is none. */
  topic: string | null;
}

/** What changed after a number; where it is left out, the present number alone. */
export async function changesSince(
  run: RunQuery,
  change?: number,
  options?: CallOptions,
): Promise<Changes> {
  const args = { since: change ?? null };
  return await run((database) => database.rpc("messenger_changes_since", args), isChanges, options);
}

function isChanges(data: unknown): boolean {
  return typeof (data as Changes | null)?.change === "number";
}
