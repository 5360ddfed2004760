import { checkedLimit, pageOf, type PageOptions } from "./page.ts";
import type { RunQuery } from "./query.ts";
import type { Message } from "./rows.ts";
import type { QueryLike } from "./supabase.ts";

/** One page of a chat's messages, in the order of their index. */
export async function messages(
  run: RunQuery,
  chatId: string,
  { before, limit, ...options }: PageOptions<Message> = {},
): Promise<{ messages: Message[]; more: boolean }> {
  const max = checkedLimit(limit);
  const rows = await run<Message[]>(
    (database) => {
      const all = database.from("messenger_messages").select("*").eq("chat_id", chatId);
      return (before ? after(before, all) : all)
        .order("sent_at", { ascending: false })
        .order("arrived", { ascending: false })
        .limit(max + 1);
    },
    Array.isArray,
    options,
  );
  const { page, more } = pageOf(rows, max);
  return { messages: page, more };
}

/** The first filter is what the index starts from; the second leaves out what was sent at once. */
function after({ sent_at: at, arrived }: Message, messages: QueryLike): QueryLike {
  return messages.lte("sent_at", at).or(`sent_at.lt."${at}",arrived.lt."${arrived}"`);
}
