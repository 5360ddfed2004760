/** What `createWppClient` takes and gives. */
import type { CallOptions, WppCall } from "./call.ts";
import type { Changes } from "./changes.ts";
import type { ChatsOptions } from "./chats.ts";
import type { ConnectOptions } from "./connect_options.ts";
import type { ConnectState } from "./connect_state.ts";
import type { Connection } from "./connection.ts";
import type {
  ConnectionsPatchInput,
  CreateInput,
  CreateOutput,
  DeleteInput,
  DeleteOutput,
  DisconnectInput,
  DisconnectOutput,
  QrInput,
  QrOutput,
  ReactInput,
  ReactOutput,
  SendInput,
  SendOutput,
  StatusInput,
  StatusOutput,
} from "./contract.ts";
import type { Inbox, InboxOptions } from "./inbox.ts";
import type { MediaMessage } from "./media_links.ts";
import type { PageOptions } from "./page.ts";
import type { Chat, Message } from "./rows.ts";
import type { SendOptions } from "./send.ts";
import type { SendFileOptions } from "./send_file.ts";
import type { SendKeyStore } from "./send_key_store.ts";
import type { FileLike } from "./supabase.ts";

export interface WppClientOptions {
  /** Called after every call of a function, except those that were aborted. */
  onCall?: ((call: WppCall) => void) | undefined;
  /**
   * Where the keys of messages that may have gone out are kept, so that a retry sends none twice:
   * `localStorage` unless given, and this client's memory where there is no page.
   */
  sendKeys?: SendKeyStore | undefined;
  /**
   * For the project's own server alone: the organization to act for. A user's organization is that of
   * their access token, and cannot be chosen.
   */
  organizationId?: string | undefined;
}

/** Each call rejects with a `WppError`, or with the signal's reason when aborted. */
export interface WppClient {
  /** Creates the connection, or returns the existing one. */
  create(input?: CreateInput, options?: CallOptions): Promise<CreateOutput>;
  /** Returns the QR code, or why there is none; `retryAfter` is in seconds. */
  qr(input?: QrInput, options?: CallOptions): Promise<QrOutput & { retryAfter?: number }>;
  status(input?: StatusInput, options?: CallOptions): Promise<StatusOutput>;
  /**
   * Sends a text message, to a number or into a chat. The same message after a failure goes out under
   * the same idempotency key, so that it arrives once; after a success it is a new message. Where the
   * error has `mayHaveSent`, what became of the message is unknown.
   */
  send(input: SendInput, options?: SendOptions): Promise<SendOutput>;
  /**
   * Uploads a file of 64 MiB at most, and sends it as `send` does. The same `File` after a failure is
   * not uploaded again. Aborted during the upload, nothing was sent. For signed-in users alone.
   */
  sendFile(file: FileLike, options: SendFileOptions): Promise<SendOutput>;
  /**
   * A link to a message's file, which can be fetched for 5 minutes at least, and an hour at most. Null
   * where there is no file, or not yet. Links are kept, and what is asked for at once goes into one
   * request. For signed-in users alone.
   */
  media(message: MediaMessage, options?: CallOptions): Promise<string | null>;
  /** One for each message, in their order. */
  media(messages: readonly MediaMessage[], options?: CallOptions): Promise<(string | null)[]>;
  /** The organization's connections, disconnected ones included, the primary one first. */
  connections(options?: CallOptions): Promise<Connection[]>;
  /** Renames a connection, or makes it the primary one. */
  updateConnection(input: ConnectionsPatchInput, options?: CallOptions): Promise<Connection>;
  /** Ends a connection. Its `session` may be left out only where there is exactly one. */
  disconnect(input?: DisconnectInput, options?: CallOptions): Promise<DisconnectOutput>;
  /** Deletes a message that was sent, for everyone. Safe to repeat. */
  deleteMessage(input: DeleteInput, options?: CallOptions): Promise<DeleteOutput>;
  /** Reacts to a message with an emoji; an empty one takes the reaction back. Safe to repeat. */
  react(input: ReactInput, options?: CallOptions): Promise<ReactOutput>;
  /** A page of the chats, the last active one first. For signed-in users alone, as the next five. */
  chats(options?: ChatsOptions): Promise<{ chats: Chat[]; more: boolean }>;
  /** A page of a chat's messages, the newest first. */
  messages(
    chatId: string,
    options?: PageOptions<Message>,
  ): Promise<{ messages: Message[]; more: boolean }>;
  /**
   * Chats and messages that changed after a number, and the number to ask with next; without one, the
   * present number alone. Erased chats are no change: they are gone at the next load.
   */
  changesSince(change?: number, options?: CallOptions): Promise<Changes>;
  /** Marks what came into a chat by a change (a message's `arrived`) as read, for the organization. */
  markRead(chatId: string, upTo: number, options?: CallOptions): Promise<void>;
  /** Gives a chat a name of up to 100 characters; an empty one gives it back to the contact's own. */
  renameChat(chatId: string, name: string, options?: CallOptions): Promise<void>;
  /** Deletes a chat with its messages here, not at WhatsApp. */
  eraseChat(chatId: string, options?: CallOptions): Promise<void>;
  /**
   * The user's chats and messages as a store, kept up to date by the server's push, or by polling
   * where there is none. It begins at once; `close` ends it.
   *
   * @throws WppError `not_supported` where the client acts for an organization: it is for users.
   */
  inbox(options?: InboxOptions): Inbox;
  /**
   * Connects from creation to the scan, and reports every state. It never rejects; it resolves
   * with the last state: `connected` or `failed`, or the one in which it was aborted.
   */
  connect(
    options?: ConnectOptions & { onState?: ((state: ConnectState) => void) | undefined },
  ): Promise<ConnectState>;
  /** The same as an iterator: `for await (const state of wpp.connecting()) …` */
  connecting(options?: ConnectOptions): AsyncGenerator<ConnectState, void, undefined>;
}
