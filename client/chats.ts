import type { CallOptions } from "./call.ts";
import { checkedLimit, pageOf, type PageOptions } from "./page.ts";
import type { RunQuery } from "./query.ts";
import type { Chat } from "./rows.ts";
import type { QueryLike } from "./supabase.ts";
import { WppError } from "./wpp_error.ts";

export interface ChatsOptions extends PageOptions<Chat> {
  /**
   * Only chats in whose name or number each of these words begins a word. At most 200 are found, the
   * last active ones.
   */
  search?: string | undefined;
}

/** One page of the chats, in the order of their index. */
export async function chats(
  run: RunQuery,
  { before, limit, search, ...options }: ChatsOptions = {},
): Promise<{ chats: Chat[]; more: boolean }> {
  const max = checkedLimit(limit);
  const words = search?.trim();
  const rows = await run<Chat[]>(
    (database) => {
      const all = words
        ? database.rpc("messenger_search_chats", { search: words, max_rows: 200 })
        : database.from("messenger_chats").select("*");
      return (before ? after(before, all) : all)
        .order("last_message_at", { ascending: false, nullsFirst: false })
        .order("id", { ascending: true })
        .limit(max + 1);
    },
    Array.isArray,
    options,
  );
  const { page, more } = pageOf(rows, max);
  return { chats: page, more };
}

/** A chat's row; null: there is none. */
export async function chatOf(
  run: RunQuery,
  id: string,
  options?: CallOptions,
): Promise<Chat | null> {
  const rows = await run<Chat[]>(
    (database) => database.from("messenger_chats").select("*").eq("id", id),
    Array.isArray,
    options,
  );
  return rows[0] ?? null;
}

/** Values are quoted: Supabase Lite reads some of them otherwise. */
function after({ last_message_at: at, id }: Chat, chats: QueryLike): QueryLike {
  const rest = `and(last_message_at.is.null,id.gt."${id}")`;
  if (at === null) return chats.or(rest);
  return chats.or(
    `last_message_at.lt."${at}",and(last_message_at.eq."${at}",id.gt."${id}"),last_message_at.is.null`,
  );
}

export async function markRead(
  run: RunQuery,
  chatId: string,
  upTo: number,
  options?: CallOptions,
): Promise<void> {
  const args = { chat_id: chatId, up_to_change: upTo };
  await run((database) => database.rpc("messenger_mark_chat_read", args), () => true, options);
}

export async function renameChat(
  run: RunQuery,
  chatId: string,
  name: string,
  options?: CallOptions,
): Promise<void> {
  await change(run, "messenger_rename_chat", { chat_id: chatId, name }, options);
}

export async function eraseChat(
  run: RunQuery,
  chatId: string,
  options?: CallOptions,
): Promise<void> {
  await change(run, "messenger_erase_chat", { chat_id: chatId }, options);
}

/** Calls one that answers whether there is such a chat. */
async function change(
  run: RunQuery,
  name: string,
  args: object,
  options?: CallOptions,
): Promise<void> {
  const isBoolean = (data: unknown) => typeof data === "boolean";
  const isFound = await run<boolean>((database) => database.rpc(name, args), isBoolean, options);
  if (!isFound) {
    const message = "No chat of this id was found.";
    throw new WppError({ code: "chat_not_found", message, retryable: false });
  }
}
