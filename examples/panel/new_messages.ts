import type { Chat, InboxSnapshot } from "../../client/wpp_client.ts";
import { chatName, contentOf } from "./chat_words.ts";
import { t } from "./language.ts";

/** What screen readers say of the messages that came in between two snapshots. Empty: nothing. */
export function newMessages(before: InboxSnapshot, after: InboxSnapshot): string {
  if (!before.isLoaded || before.user !== after.user || before.chats === after.chats) return "";
  const known = new Map(before.chats.map((chat) => [chat.id, chat]));
  const heard = after.chats
    .map((chat) => ({ chat, count: countOf(chat, known.get(chat.id), before) }))
    .filter(({ count }) => count > 0);
  const count = heard.reduce((sum, one) => sum + one.count, 0);
  if (count > 1) return t().newMessages(count);
  return heard.map(({ chat }) => t().newMessage(chatName(chat), previewOf(chat))).join();
}

/** How many messages came into a chat. */
function countOf(chat: Chat, known: Chat | undefined, before: InboxSnapshot): number {
  const last = chat.last_message;
  if (last?.direction !== "in" || last.id === known?.last_message?.id) return 0;
  if (!known && isOlder(chat, before)) return 0;
  // Another page may have marked it as read at once.
  return Math.max(1, chat.unread_count - (known?.unread_count ?? 0));
}

/** Whether a chat was left out before because it is further down: it came with the next page. */
function isOlder({ last_message_at: at }: Chat, { chats, moreChats }: InboxSnapshot): boolean {
  const floor = chats.at(-1)?.last_message_at ?? "";
  return moreChats && Date.parse(at ?? "") <= Date.parse(floor);
}

function previewOf({ last_message: last }: Chat): string {
  return contentOf({ ...last!, deleted_at: last!.deleted ? "" : null });
}
