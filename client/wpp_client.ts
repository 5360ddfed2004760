/**
 * A typed client of the functions, for browsers, Deno and Node. It has no dependencies: its caller
 * passes a supabase-js client in.
 */
import { type CallOptions, invokeBy, type WppCall } from "./call.ts";
import { type Changes, changesSince } from "./changes.ts";
import { chatOf, chats, type ChatsOptions, eraseChat, markRead, renameChat } from "./chats.ts";
import { connectStates } from "./connect.ts";
import { ConnectEvents } from "./connect_events.ts";
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
import { createInbox, type Inbox, type InboxOptions } from "./inbox.ts";
import { messages } from "./messages.ts";
import type { PageOptions } from "./page.ts";
import { FOR_USERS, queryBy } from "./query.ts";
import type { Chat, Message } from "./rows.ts";
import { send, type SendOptions } from "./send.ts";
import type { SendKeyStore } from "./send_key_store.ts";
import { SendKeys } from "./send_keys.ts";
import type { SupabaseLike } from "./supabase.ts";
import { WppError } from "./wpp_error.ts";

export type { WppErrorCode } from "./error_code.ts";
export { type WppAction, WppError } from "./wpp_error.ts";
export type { CallOptions, WppCall } from "./call.ts";
export type { Changes } from "./changes.ts";
export type { ChatsOptions } from "./chats.ts";
export type { ConnectOptions } from "./connect_options.ts";
export type * from "./connect_state.ts";
export type { Connection } from "./connection.ts";
export type * from "./contract.ts";
export type { Inbox, InboxOptions } from "./inbox.ts";
export type { InboxMessage, InboxSnapshot, OpenChat, Problem } from "./inbox_snapshot.ts";
export type { PageOptions } from "./page.ts";
export type * from "./rows.ts";
export type { SendOptions } from "./send.ts";
export type { SendKeyStore } from "./send_key_store.ts";
export type * from "./supabase.ts";

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
   * Sends a text message, to a number or into a chat. The same message after a failure goes out under the same idempotency
   * key, so that it arrives once; after a success it is a new message. Where the error has
   * `mayHaveSent`, what became of the message is unknown.
   */
  send(input: SendInput, options?: SendOptions): Promise<SendOutput>;
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

/**
 * Creates a client that calls the functions as the user who is signed in to `supabase`; or, with an
 * `organizationId`, as the project's own server, whose `supabase` has the secret key.
 */
export function createWppClient(
  supabase: SupabaseLike,
  { onCall = () => {}, sendKeys, organizationId }: WppClientOptions = {},
): WppClient {
  const invoke = invokeBy(supabase, { onCall, organizationId });
  const run = queryBy(supabase, organizationId);
  const keys = new SendKeys(sendKeys);
  const events = () =>
    supabase.channel && organizationId === undefined
      ? new ConnectEvents(supabase, client)
      : undefined;
  const client: Omit<WppClient, "connect"> = {
    create: async (input = {}, options) => (await invoke("wpp-create", input, options)).data,
    async qr(input = {}, options) {
      const { data, retryAfter } = await invoke("wpp-qr", input, options);
      return retryAfter === undefined ? data : { ...data, retryAfter };
    },
    status: async (input = {}, options) => (await invoke("wpp-status", input, options)).data,
    send: async (input, options) =>
      await send(invoke, keys, organizationId ?? await userOf(supabase), input, options),
    connections: async (options) => (await invoke("wpp-connections", {}, options)).data.connections,
    updateConnection: async (input, options) =>
      (await invoke.patch("wpp-connections", input, options)).data,
    disconnect: async (input = {}, options) =>
      (await invoke("wpp-disconnect", input, options)).data,
    deleteMessage: async (input, options) => (await invoke("wpp-delete", input, options)).data,
    react: async (input, options) => (await invoke("wpp-react", input, options)).data,
    chats: (options) => chats(run, options),
    messages: (chatId, options) => messages(run, chatId, options),
    changesSince: (change, options) => changesSince(run, change, options),
    markRead: (chatId, upTo, options) => markRead(run, chatId, upTo, options),
    renameChat: (chatId, name, options) => renameChat(run, chatId, name, options),
    eraseChat: (chatId, options) => eraseChat(run, chatId, options),
    inbox(options) {
      if (organizationId !== undefined) throw new WppError(FOR_USERS);
      const readChat = (id: string, by: CallOptions) => chatOf(run, id, by);
      return createInbox({ supabase, wpp: client, readChat }, options);
    },
    connecting: (options = {}) => connectStates({ ...client, events }, options),
  };
  return {
    ...client,
    async connect({ onState, ...options } = {}) {
      let last: ConnectState = { step: "creating" };
      for await (const state of client.connecting(options)) {
        last = state;
        onState?.(state);
      }
      return last;
    },
  };
}

/** Who is signed in, where supabase-js knows: with an `accessToken` of the app's own it throws. */
async function userOf({ auth }: SupabaseLike): Promise<string> {
  try {
    const { data } = await auth!.getSession();
    return data.session?.user.id ?? "";
  } catch {
    return "";
  }
}
