import type { SendInput, SendOutput } from "./contract.ts";
import type { InboxParts } from "./inbox_parts.ts";
import type { InboxSnapshot } from "./inbox_snapshot.ts";
import { InboxStore } from "./inbox_store.ts";
import type { SendOptions } from "./send.ts";
import type { SendFileOptions } from "./send_file.ts";
import type { FileLike } from "./supabase.ts";

export interface InboxOptions {
  /** How many chats are held at most; 1,000. Those that were active longest ago are let go first. */
  maxChats?: number | undefined;
  /** How many messages of the open chat are held at most; 2,000. The oldest are let go first. */
  maxMessages?: number | undefined;
}

/**
 * The signed-in user's chats, as the database has them, kept up to date. It begins when it is made,
 * and ends with `close`. Its functions need no `this`: hand them on as they are.
 */
export interface Inbox {
  /** The same object until something changed. */
  getSnapshot(): InboxSnapshot;
  /** Calls the listener after each change, until the function that it returns is called. */
  subscribe(listener: () => void): () => void;
  /**
   * Opens a chat, and resolves when its newest page was read or could not be; null: none is open. Never
   * rejects: a failure is in the snapshot, and the page is read again.
   */
  open(chatId: string | null): Promise<void>;
  /** Reads the next page: of messages where a chat is open, else of chats. Never rejects either. */
  more(what?: "chats" | "messages"): Promise<void>;
  /** Sends as the client's `send` does, rejections included, and shows the message at once. */
  send(input: SendInput, options?: SendOptions): Promise<SendOutput>;
  /**
   * Sends a file as the client's `sendFile` does, rejections included, and shows it at once, with the
   * `progress` of its upload.
   */
  sendFile(file: FileLike, options: SendFileOptions): Promise<SendOutput>;
  /** Marks what the open chat shows as read, for the organization. Never rejects. */
  markRead(): Promise<void>;
  /** Reads now what has changed. */
  refresh(): void;
  /** Ends it for good: no request, timer, listener or channel is left. */
  close(): void;
}

const MAX_CHATS = 1_000;
const MAX_MESSAGES = 2_000;

/** Makes an inbox; its parts are those of the client. */
export function createInbox(parts: Omit<InboxParts, "maxChats" | "maxMessages">, {
  maxChats = MAX_CHATS,
  maxMessages = MAX_MESSAGES,
}: InboxOptions = {}): Inbox {
  const store = new InboxStore({ ...parts, maxChats, maxMessages });
  return {
    getSnapshot: () => store.snapshot,
    subscribe: (listener) => store.subscribe(listener),
    open: (chatId) => store.open(chatId),
    more: (what) => store.more(what),
    send: (input, options) => store.send(input, options),
    sendFile: (file, options) => store.sendFile(file, options),
    markRead: () => store.markRead(),
    refresh: () => store.refresh(),
    close: () => store.close(),
  };
}
