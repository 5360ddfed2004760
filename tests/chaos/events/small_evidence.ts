import { PERSONS } from "./contacts.ts";
import type {
  ChatRow,
  EventEvidence,
  HintKind,
  KeptRow,
  MessageRow,
  Post,
  SendOutcome,
  StoreWrite,
} from "./evidence.ts";
import type { Session } from "./numbers.ts";
import { ORGANIZATIONS } from "./organizations.ts";
import type { PlannedEvent, Target } from "./planned_event.ts";

const [CONTACT] = PERSONS;
const OWNER = { organization_id: ORGANIZATIONS[0].stored, integration_id: "connection-0" };

function event(number: number, more: Partial<PlannedEvent> = {}): PlannedEvent {
  return {
    ...{ number, organization: 0, kind: "text", form: 0, contact: CONTACT, account: 0 },
    ...{ text: `event ${number}!`, ...more },
  };
}

function message(id: string, text: string, arrived: number, more: Partial<MessageRow> = {}) {
  return {
    ...{ ...OWNER, id, chat_id: "chat", direction: "in", kind: "text", text, status: null },
    ...{ task_id: null, provider_message_id: null, delivery: null, media: null, reactions: [] },
    ...{ is_deleted: false, arrived, change: arrived, ...more },
  } as MessageRow;
}

export function post(
  event: number,
  status = 200,
  body: unknown = {},
  more: Partial<Post> = {},
): Post {
  return {
    ...{ event, status, body, process: "wpp-webhook/0/0", session: "0" },
    ...{ startedAt: 1, endedAt: 2, ...more },
  };
}

/** To the webhook of the session that was disconnected, by default after that. */
export function postToFormer(event: number, status: number, startedAt = 30): Post {
  const error = { code: "integration_not_found", retryable: false };
  const body = status === 404 ? { error } : {};
  return post(event, status, body, { session: "former", startedAt, endedAt: startedAt + 1 });
}

function session(name: string): Session {
  return { name, endingAt: Infinity, endedAt: Infinity };
}

export function write(row_id: string, change: number, more: Partial<StoreWrite> = {}): StoreWrite {
  return {
    ...{ transaction: `transaction ${change}`, row_id, change, delivery_before: null },
    ...{ organization_id: OWNER.organization_id, delivery: null, ...more },
  };
}

export function kept(number: number, more: Partial<KeptRow> = {}): KeptRow {
  return {
    ...{ ...OWNER, message_id: null, kind: "quarantined", reason: "not_json" },
    ...{ body: btoa(`event ${number}!`), ...more },
  };
}

export function hint(more: Partial<HintKind> = {}): HintKind {
  return {
    ...{ topic: "messenger:a", event: "change", isPrivate: true, fields: ["change", "id"] },
    ...{ bytes: 70, change: 6, ...more },
  };
}

export const OWN: Target = { key: "3EB0OWN", contact: CONTACT, isOurs: true };
const SENT = { taskId: "task-1", key: "3EB0SENT", contact: CONTACT, isOurs: true, text: "send 9!" };

/** The numbers of the events below, by what they are. */
export const [
  WITH_ID,
  WITHOUT_ID,
  PICTURE,
  OURS,
  READ,
  REACTION,
  REVOKE,
  GARBAGE,
  FOREIGN,
  STATUS,
  LATE,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

export const TEXT: MessageRow = message("1", "event 0!", 1, { provider_message_id: "3EB0" });
export const UNKNOWN: MessageRow = message("2", "event 1!", 2);
export const IMAGE: MessageRow = message("3", "event 2!", 3, {
  ...{ kind: "image", media: { state: "stored", path: `a/${OWNER.integration_id}/1.png` } },
});
export const PHONE: MessageRow = message("4", "event 3!", 4, {
  ...{ direction: "out", delivery: "read", provider_message_id: OWN.key, is_deleted: true },
  reactions: [{ by: CONTACT.phone!, emoji: "🔥" }],
});
export const ACCEPTED: MessageRow = message("5", SENT.text, 5, {
  ...{ direction: "out", status: "accepted", task_id: SENT.taskId, delivery: "queued" },
});
export const CHAT: ChatRow = {
  ...{ ...OWNER, id: "chat", address: CONTACT.address, read_up_to: 2, unread_count: 1, change: 6 },
};
export const FILE = "cGljdHVyZQ==";
export const SEND: SendOutcome = {
  ...{ send: { organization: 0, target: SENT }, status: 202, messageId: "5" },
  processes: ["wpp-send/0/0"],
};

/** A run in which each promise was kept, with what is changed of it. */
export function small(changes: Partial<EventEvidence> = {}): EventEvidence {
  const events = [
    event(WITH_ID, { key: "3EB0" }),
    event(WITHOUT_ID),
    event(PICTURE, { kind: "media", media: FILE }),
    event(OURS, { kind: "own", key: OWN.key }),
    event(READ, { kind: "receipt", about: OWN, names: "key", delivery: "read" }),
    event(REACTION, { kind: "reaction", about: OWN, emoji: "🔥" }),
    event(REVOKE, { kind: "revoke", about: OWN }),
    event(GARBAGE, { kind: "garbage" }),
    event(FOREIGN, { kind: "other_account", account: 1 }),
    event(STATUS, { kind: "status" }),
    event(LATE),
  ];
  return {
    plan: { events },
    connections: [
      {
        ...{ organization: 0, name: "a", id: "connection-0", droppedEvents: 1 },
        sessions: [{ name: "former", endingAt: 10, endedAt: 20 }, session("0")],
      },
      {
        ...{ organization: 1, name: "a/b", id: "connection-1", droppedEvents: 0 },
        sessions: [session("1")],
      },
    ],
    posts: [...events.slice(0, LATE).map(({ number }) => post(number)), postToFormer(LATE, 404)],
    ...{ sends: [SEND], executed: [{ session: "0", text: SENT.text }] },
    marks: [{ organization: 0, contact: CONTACT, by: 0, chatId: "chat", upTo: 2 }],
    ...{ messages: [TEXT, UNKNOWN, IMAGE, PHONE, ACCEPTED], chats: [CHAT], waiting: [] },
    kept: [kept(GARBAGE), kept(FOREIGN)],
    objects: new Map([[IMAGE.media!.path!, FILE]]),
    folders: new Map([[OWNER.integration_id, "a"]]),
    counters: new Map([["a", 6]]),
    writes: [
      ...["1", "2", "3", "4", "5"].map((id, index) => write(id, index + 1)),
      write("chat", 6),
    ],
    reading: {
      ...{ polls: 1, wrong: [] },
      rows: new Map([...["1", "2", "3", "4", "5"].map((id, i) => [id, i + 1] as const), [
        "chat",
        6,
      ]]),
    },
    shown: { wrong: [] },
    hints: [hint()],
    webhooks: [{ session: "0", isRegistered: true, urls: 1 }],
    ...{ refusals: [], leaks: [] },
    ...{ killed: new Set(), resent: 0, struckCloses: new Set(), growth: [], complaints: [] },
    ...changes,
  };
}
