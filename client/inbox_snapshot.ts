import type { Connection } from "./connection.ts";
import type { WppErrorCode } from "./error_code.ts";
import type { Chat, Message } from "./rows.ts";
import type { WppAction, WppError } from "./wpp_error.ts";

/** What an inbox shows: plain JSON. The same object as long as nothing changed. */
export interface InboxSnapshot {
  /**
   * How the page learns of changes. `live`: the server tells within a moment. `polling`: it asks every
   * 3 s. `offline`: the browser has no network; all is read again when it has.
   */
  channel: "live" | "polling" | "offline";
  /** Id of the signed-in user whose chats these are; null: nobody is signed in. */
  user: string | null;
  /** Whether the first page of chats is there. */
  isLoaded: boolean;
  /** The last active one first, without a gap from the top. */
  chats: Chat[];
  /** Whether there are more than these: `more("chats")` brings the next page. */
  moreChats: boolean;
  /** The chat that is open. */
  chat: OpenChat | null;
  /** The organization's connections, the primary one first. */
  connections: Connection[];
  /** Why the last read failed; it is being repeated. */
  problem: Problem | null;
}

/** The open chat and its messages. */
export interface OpenChat {
  id: string;
  /** Its row; null while that is not known. */
  row: Chat | null;
  /** Oldest first, without a gap to the newest. */
  messages: InboxMessage[];
  /** Whether the newest page is there. */
  isLoaded: boolean;
  /** Whether a page is being read. */
  isLoading: boolean;
  /** Whether there are older messages: `more("messages")` brings the next page. */
  more: boolean;
  /** Why its last page could not be read; it is being repeated. */
  problem: Problem | null;
}

/** A row, or one that is shown until the row of a message under way is there. */
export type InboxMessage = Message & {
  optimistic?: true;
  /** How much of its file is uploaded, from 0 to 1; in steps of a hundredth. */
  progress?: number;
};

/** A {@link WppError} as JSON. */
export interface Problem {
  code: WppErrorCode;
  message: string;
  retryable: boolean;
  action: WppAction;
}

/** The error as JSON; the problem that is shown already, where it is the same. */
export function keptProblem(shown: Problem | null, error: WppError | undefined): Problem | null {
  if (!error) return null;
  const { code, message, retryable, action } = error;
  const problem = { code, message, retryable, action };
  return JSON.stringify(problem) === JSON.stringify(shown) ? shown : problem;
}

/** Before anything is known, and after a sign-out. */
export const EMPTY_INBOX: InboxSnapshot = {
  channel: "polling",
  user: null,
  isLoaded: false,
  chats: [],
  moreChats: false,
  chat: null,
  connections: [],
  problem: null,
};
