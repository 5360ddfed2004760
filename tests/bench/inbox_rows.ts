/** Rows of an organization's chats and messages, as messenger_changes_since answers them. */
import type { Changes, Chat, Message } from "../../client/wpp_client.ts";

/** Chats in which messages come in: as many as an inbox holds. */
const CHATS = 1_000;
/** One of so many messages is of the chat that is open. */
const OPEN_CHAT_EVERY = 10;
/** What the database gives in one page. */
const PAGE_ROWS = 500;
/** Messages of the open chat, and chats, that are there before. */
const BEFORE = 1_000;

export const OPEN_CHAT = idOf("c", 0);

/**
 * `live`: each message with its chat is read by itself, as it is hinted at. `after a pause`: all are
 * read together, in full pages; a chat comes once, with its last message.
 */
export type Pace = "live" | "after a pause";

/** Before any change. */
export const CHATS_BEFORE = Array.from({ length: CHATS }, (_, n) => chatOf(n, n - CHATS, BEFORE));
export const MESSAGES_BEFORE = Array.from(
  { length: BEFORE },
  (_, n) => messageOf(0, n - BEFORE, n + 1),
);

/** The pages of so many changes, each made when it is asked for: nobody else holds its rows. */
export function* pagesOf(changes: number, pace: Pace): Generator<Changes> {
  if (pace === "live") yield* livePages(changes);
  else yield* fullPages(changes);
}

function* livePages(changes: number): Generator<Changes> {
  for (let n = 0; n < changes; n++) {
    const [chat, change] = [chatNumber(n), BEFORE + 2 * n + 1];
    yield pageOf({
      change: change + 1,
      messages: [messageOf(chat, n, change)],
      chats: [chatOf(chat, n, change + 1)],
      more: n < changes - 1,
    });
  }
}

function* fullPages(changes: number): Generator<Changes> {
  const last = new Map<number, number>(); // messages by chat
  for (let n = 0; n < changes; n++) last.set(chatNumber(n), n);
  const rows: { message?: Message; chat?: Chat; change: number }[] = [];
  for (let n = 0; n < changes; n++) {
    const [number, change] = [chatNumber(n), BEFORE + 2 * n + 1];
    rows.push({ message: messageOf(number, n, change), change });
    if (last.get(number) === n) {
      rows.push({ chat: chatOf(number, n, change + 1), change: change + 1 });
    }
    if (rows.length < PAGE_ROWS && n < changes - 1) continue;
    yield pageOf({
      change: rows.at(-1)!.change,
      messages: rows.flatMap(({ message }) => message ?? []),
      chats: rows.flatMap(({ chat }) => chat ?? []),
      more: n < changes - 1,
    });
    rows.length = 0;
  }
}

function pageOf(page: Omit<Changes, "topic">): Changes {
  return { ...page, topic: null };
}

/** The id of the last message: it is of the open chat. */
export function lastIdOf(changes: number): string {
  return idOf("e", changes - 1);
}

function chatNumber(n: number): number {
  return n % OPEN_CHAT_EVERY === OPEN_CHAT_EVERY - 1 ? 0 : 1 + n % (CHATS - 1);
}

function idOf(kind: string, n: number): string {
  return `${kind}0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A time that rises with `n`, in the database's form. */
function timeOf(n: number): string {
  return new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString().replace("Z", "000+00:00");
}

function chatOf(number: number, n: number, change: number): Chat {
  return {
    id: idOf("c", number),
    organization_id: "shop",
    integration_id: idOf("i", 0),
    address: `7999${String(number).padStart(7, "0")}@c.us`,
    phone: `+7999${String(number).padStart(7, "0")}`,
    kind: "person",
    name: `Contact ${number}`,
    is_renamed: false,
    last_message_at: timeOf(n),
    last_message: {
      id: idOf("e", n),
      text: textOf(n),
      direction: "in",
      kind: "text",
      deleted: false,
    },
    read_up_to: 0,
    unread_count: 1,
    change,
    created_at: timeOf(0),
  };
}

function messageOf(chat: number, n: number, change: number): Message {
  return {
    id: idOf("e", n),
    integration_id: idOf("i", 0),
    organization_id: "shop",
    ...{ author: null, session: "0000000000001", recipient: null, status: null, task_id: null },
    ...{ error_code: null, deleted_at: null, sender: null, media: null, delivery: null },
    ...{ provider_message_id: null, wa_message_id: null, edited_at: null, reactions: [] },
    ...{ direction: "in", source: "contact", kind: "text", text: textOf(n) },
    ...{ created_at: timeOf(n), updated_at: timeOf(n), sent_at: timeOf(n) },
    chat_id: idOf("c", chat),
    event_id: `request:${idOf("r", n)}`,
    arrived: change,
    change,
  };
}

function textOf(n: number): string {
  return `Message ${n}: is the blue one still there, and until when are you open today?`;
}
