import type { Growth } from "../memory.ts";
import type { Session } from "./numbers.ts";
import type { EventPlan, PlannedMark } from "./plan.ts";
import type { Delivery, PlannedSend } from "./planned_event.ts";

/** What a check is made of: all that went in, and all that is there. */
export interface EventEvidence {
  plan: Pick<EventPlan, "events">;
  connections: ConnectionState[];
  posts: Post[];
  sends: SendOutcome[];
  marks: Mark[];
  /** What the platform was asked to send. */
  executed: { session: string; text: string }[];
  messages: MessageRow[];
  chats: ChatRow[];
  /** Receipts, reactions and revokes that wait for their message. */
  waiting: WaitingRow[];
  /** Media that is not in Storage yet, and events that were not understood. */
  kept: KeptRow[];
  /** The files in Storage, by path, in base64. */
  objects: Map<string, string>;
  /** The folder in Storage of each connection, by its id. */
  folders: Map<string, string>;
  /** The counter of each organization, as it is stored. */
  counters: Map<string, number>;
  /** Every write of a chat or a message, in the order in which they were made. */
  writes: StoreWrite[];
  reading: Reading;
  /** Where pages show other rows than the database has. */
  shown: { wrong: string[] };
  /** The kinds of hints that were told. */
  hints: HintKind[];
  webhooks: { session: string; isRegistered: boolean; urls: number }[];
  /** What functions of the database refused, in the words of the database. */
  refusals: string[];
  /** What log lines held that they may not hold. */
  leaks: string[];
  /** Processes that were killed. */
  killed: ReadonlySet<string>;
  /** Calls of the database whose answer was lost with their connection: Deno sends such a call again. */
  resent: number;
  /** Sends whose close was struck. */
  struckCloses: ReadonlySet<string>;
  growth: Growth[];
  complaints: string[];
}

/** The connection of the organization of that index. */
export interface ConnectionState {
  organization: number;
  /** As it is stored. */
  name: string;
  id: string;
  /** All that it has had, the present one last. */
  sessions: readonly Session[];
  droppedEvents: number;
}

/** One request of the platform. */
export interface Post {
  /** The number of the event. */
  event: number;
  /** 0: no answer came. */
  status: number;
  body: unknown;
  process: string;
  /** Whose webhook it went to. */
  session: string;
  /** In milliseconds, by `performance.now()`. */
  startedAt: number;
  endedAt: number;
}

export interface SendOutcome {
  send: PlannedSend;
  /** Of the last attempt. */
  status: number;
  messageId?: string;
  /** Of every attempt. */
  processes: string[];
}

export interface Mark extends PlannedMark {
  chatId: string;
  upTo: number;
}

export interface MessageRow {
  id: string;
  organization_id: string;
  integration_id: string;
  chat_id: string;
  direction: "in" | "out";
  kind: string;
  text: string;
  status: string | null;
  task_id: string | null;
  provider_message_id: string | null;
  delivery: Delivery | null;
  media: { state: string; reason?: string; path?: string } | null;
  reactions: Reaction[];
  is_deleted: boolean;
  arrived: number;
  change: number;
}

export interface Reaction {
  by: string;
  emoji: string;
}

export interface ChatRow {
  id: string;
  organization_id: string;
  integration_id: string;
  address: string;
  read_up_to: number;
  unread_count: number;
  change: number;
}

export interface WaitingRow {
  integration_id: string;
  message_ref: string;
  delivery: Delivery | null;
  reactions: Reaction[];
  is_deleted: boolean;
}

export interface KeptRow {
  organization_id: string;
  integration_id: string;
  message_id: string | null;
  kind: "media" | "quarantined";
  /** Why it was not understood. */
  reason: string | null;
  /** In base64. */
  body: string;
}

export interface StoreWrite {
  /** Which transaction made it. */
  transaction: string;
  row_id: string;
  organization_id: string;
  change: number;
  delivery_before: Delivery | null;
  delivery: Delivery | null;
}

/** Hints to one channel that have the same event and the same fields. */
export interface HintKind {
  topic: string;
  event: string;
  isPrivate: boolean;
  fields: string[];
  /** The largest of all in bytes, and the highest number that was told. */
  bytes: number;
  change: number | null;
}

/** What somebody has who reads, all the time, the rows whose number is above the last one read. */
export interface Reading {
  polls: number;
  /** The number of each row, as it was last read. */
  rows: Map<string, number>;
  /** What was wrong at the moment when it was read. */
  wrong: string[];
}
