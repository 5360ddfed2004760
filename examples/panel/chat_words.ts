import type { Chat, Message } from "../../client/wpp_client.ts";
import { t } from "./language.ts";

/** What a chat is called. */
export function chatName({ name, phone, kind }: Chat): string {
  return name ?? phone ?? (kind === "group" ? t().group : t().hiddenNumber);
}

/** Who wrote a message. `user` is who is signed in. */
export function authorOf(message: Message, chat: Chat, user: string): string {
  if (message.direction === "in") return message.sender ?? chatName(chat);
  if (message.source === "phone") return t().byPhone;
  if (message.author === null) return t().byServer;
  return message.author === user ? t().byYou : t().byColleague;
}

/** What a message says, in a line. */
export function contentOf(
  { text, kind, deleted_at }: Pick<Message, "text" | "kind" | "deleted_at">,
): string {
  if (deleted_at !== null) return t().messageDeleted;
  const media = kind === "text" ? "" : kindName(kind);
  return [media, text].filter(Boolean).join(": ");
}

/** What a message is that is no text. */
export function kindName(kind: string): string {
  return t().kinds[kind] ?? t().kinds.unknown;
}
