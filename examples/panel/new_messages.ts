import type { Chat, Message } from "../../client/wpp_client.ts";
import { chatName, contentOf } from "./chat_words.ts";
import { t } from "./language.ts";

/** What screen readers say of rows: of those that came in after that number. Empty: nothing. */
export function newMessages(
  messages: readonly Message[],
  since: number,
  chatOf: (id: string) => Chat | undefined,
): string {
  const incoming = messages.filter(({ direction, arrived }) =>
    direction === "in" && (arrived ?? 0) > since
  );
  if (incoming.length > 1) return t().newMessages(incoming.length);
  return incoming.map((message) => {
    const chat = chatOf(message.chat_id ?? "");
    return t().newMessage(chat ? chatName(chat) : message.sender ?? "", contentOf(message));
  }).join();
}
