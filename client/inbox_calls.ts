import type { CallOptions } from "./call.ts";
import type { Changes } from "./changes.ts";
import type { ChatsOptions } from "./chats.ts";
import type { Connection } from "./connection.ts";
import type { SendInput, SendOutput } from "./contract.ts";
import type { PageOptions } from "./page.ts";
import type { Chat, Message } from "./rows.ts";
import type { SendOptions } from "./send.ts";

/** The client's calls that an inbox uses. */
export interface InboxCalls {
  changesSince(change?: number, options?: CallOptions): Promise<Changes>;
  chats(options?: ChatsOptions): Promise<{ chats: Chat[]; more: boolean }>;
  messages(
    chatId: string,
    options?: PageOptions<Message>,
  ): Promise<{ messages: Message[]; more: boolean }>;
  connections(options?: CallOptions): Promise<Connection[]>;
  markRead(chatId: string, upTo: number, options?: CallOptions): Promise<void>;
  send(input: SendInput, options?: SendOptions): Promise<SendOutput>;
}
