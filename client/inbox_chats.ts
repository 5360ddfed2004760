import { microseconds, NewestRows } from "./newest_rows.ts";
import type { Chat } from "./rows.ts";
import type { InboxCalls } from "./inbox_calls.ts";

/** Chats of one page. */
const CHATS_PAGE = 50;

/** The chats that were active last. */
export function newestChats(wpp: Pick<InboxCalls, "chats">, max: number): NewestRows<Chat> {
  return new NewestRows<Chat>({
    compare: lastActiveFirst,
    max,
    readPage: async (before, signal) => {
      const { chats, more } = await wpp.chats({ before, limit: CHATS_PAGE, signal });
      return { rows: chats, more };
    },
  });
}

/** The order of their index: those without a message come last. */
function lastActiveFirst(a: Chat, b: Chat): number {
  const [one, other] = [a, b].map(({ last_message_at: at }) => at === null ? "" : microseconds(at));
  if (one !== other) return one! < other! ? 1 : -1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
