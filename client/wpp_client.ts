/**
 * A typed client of the functions, for browsers, Deno and Node. It has no dependencies: its caller
 * passes a supabase-js client in.
 */
import { type CallOptions, type Invoke, invokeBy } from "./call.ts";
import { changesSince } from "./changes.ts";
import { chatOf, chats, eraseChat, markRead, renameChat } from "./chats.ts";
import type { WppClient, WppClientOptions } from "./client_type.ts";
import { connectStates } from "./connect.ts";
import { ConnectEvents } from "./connect_events.ts";
import type { ConnectState } from "./connect_state.ts";
import { createInbox } from "./inbox.ts";
import type { InboxParts } from "./inbox_parts.ts";
import { MediaLinks, type MediaMessage } from "./media_links.ts";
import { messages } from "./messages.ts";
import { FOR_USERS, queryBy, type RunQuery } from "./query.ts";
import { send } from "./send.ts";
import { FileSender } from "./send_file.ts";
import { SendKeys } from "./send_keys.ts";
import type { SupabaseLike } from "./supabase.ts";
import { userOf } from "./user_of.ts";
import { WppError } from "./wpp_error.ts";

export { type WppAction, WppError } from "./wpp_error.ts";
export type { CallOptions, WppCall } from "./call.ts";
export type { Changes } from "./changes.ts";
export type { ChatsOptions } from "./chats.ts";
export type { WppClient, WppClientOptions } from "./client_type.ts";
export type { ConnectOptions } from "./connect_options.ts";
export type * from "./connect_state.ts";
export type { Connection } from "./connection.ts";
export type * from "./contract.ts";
export type { Inbox, InboxOptions } from "./inbox.ts";
export type { InboxMessage, InboxSnapshot, OpenChat, Problem } from "./inbox_snapshot.ts";
export type { PageOptions } from "./page.ts";
export type * from "./rows.ts";
export type { MediaMessage } from "./media_links.ts";
export type { SendOptions } from "./send.ts";
export type { SendFileOptions } from "./send_file.ts";
export type { SendKeyStore } from "./send_key_store.ts";
export type * from "./supabase.ts";

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
  const files = new FileSender({ supabase, run, send: (...message) => client.send(...message) });
  const links = new MediaLinks(supabase);
  const media = (async (messages: MediaMessage | readonly MediaMessage[], options) => {
    if ("media" in messages) return (await links.of([messages], options))[0]!;
    return await links.of(messages, options);
  }) as WppClient["media"];
  const client: Omit<WppClient, "connect"> = {
    ...functionCalls(invoke),
    ...databaseCalls(run),
    send: async (input, options) =>
      await send(invoke, keys, organizationId ?? await userOf(supabase), input, options),
    sendFile: (file, options) => files.send(file, options),
    media,
    inbox(options) {
      if (organizationId !== undefined) throw new WppError(FOR_USERS);
      const readChat = (id: string, by: CallOptions) => chatOf(run, id, by);
      const sendFile: InboxParts["sendFile"] = (file, by) => files.send(file, by);
      return createInbox({ supabase, wpp: client, readChat, sendFile }, options);
    },
    connecting: (options = {}) => connectStates({ ...client, events }, options),
  };
  return {
    ...client,
    connect: async ({ onState, ...options } = {}) =>
      await lastOf(client.connecting(options), onState),
  };
}

/** Tells each state, and resolves with the last. */
async function lastOf(
  states: AsyncIterable<ConnectState>,
  onState?: (state: ConnectState) => void,
): Promise<ConnectState> {
  let last: ConnectState = { step: "creating" };
  for await (const state of states) {
    last = state;
    onState?.(state);
  }
  return last;
}

type FunctionCalls = Pick<
  WppClient,
  | "create"
  | "qr"
  | "status"
  | "connections"
  | "updateConnection"
  | "disconnect"
  | "deleteMessage"
  | "react"
>;

/** The calls that are one call of a function each. */
function functionCalls(invoke: Invoke): FunctionCalls {
  return {
    create: async (input = {}, options) => (await invoke("wpp-create", input, options)).data,
    async qr(input = {}, options) {
      const { data, retryAfter } = await invoke("wpp-qr", input, options);
      return retryAfter === undefined ? data : { ...data, retryAfter };
    },
    status: async (input = {}, options) => (await invoke("wpp-status", input, options)).data,
    connections: async (options) => (await invoke("wpp-connections", {}, options)).data.connections,
    updateConnection: async (input, options) =>
      (await invoke.patch("wpp-connections", input, options)).data,
    disconnect: async (input = {}, options) =>
      (await invoke("wpp-disconnect", input, options)).data,
    deleteMessage: async (input, options) => (await invoke("wpp-delete", input, options)).data,
    react: async (input, options) => (await invoke("wpp-react", input, options)).data,
  };
}

type DatabaseCalls = Pick<
  WppClient,
  "chats" | "messages" | "changesSince" | "markRead" | "renameChat" | "eraseChat"
>;

/** The calls that go to the database, as the user who is signed in. */
function databaseCalls(run: RunQuery): DatabaseCalls {
  return {
    chats: (options) => chats(run, options),
    messages: (chatId, options) => messages(run, chatId, options),
    changesSince: (change, options) => changesSince(run, change, options),
    markRead: (chatId, upTo, options) => markRead(run, chatId, upTo, options),
    renameChat: (chatId, name, options) => renameChat(run, chatId, name, options),
    eraseChat: (chatId, options) => eraseChat(run, chatId, options),
  };
}
