import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { eventViolations } from "./event_checks.ts";
import type { EventEvidence } from "./evidence.ts";
import {
  ACCEPTED,
  CHAT,
  FOREIGN,
  GARBAGE,
  IMAGE,
  kept,
  OWN,
  PHONE,
  post,
  READ,
  small,
  TEXT,
  UNKNOWN,
  WITH_ID,
  WITHOUT_ID,
  write,
} from "./small_evidence.ts";

function allowed(name: string, changes: Partial<EventEvidence>): void {
  Deno.test(`eventViolations finds nothing when ${name}`, () => {
    assert.deepEqual(eventViolations(small(changes)), []);
  });
}

const { posts, messages, writes, reading, connections } = small();
const OTHERS = [kept(GARBAGE), kept(FOREIGN)];

/** The messages, with one in the place of the one of its id. */
function having(changed: typeof TEXT) {
  return { messages: messages.map((row) => row.id === changed.id ? changed : row) };
}

/** One more row of the message of that text, in its own number. */
function twice(row: typeof TEXT): Partial<EventEvidence> {
  return {
    messages: [...messages, { ...row, id: "6", arrived: 7, change: 7 }],
    chats: [{ ...CHAT, unread_count: 2 }],
    ...{ counters: new Map([["a", 7]]), writes: [...writes, write("6", 7)] },
    reading: { ...reading, rows: new Map([...reading.rows, ["6", 7]]) },
  };
}

const lost = (number: number) => [...posts, post(number, 0, "TypeError")];
const KILLED = { killed: new Set(["wpp-webhook/0/0"]) };

allowed("every promise was kept", {});
allowed("a message without an id is there twice, and one answer was lost", {
  ...{ ...twice(UNKNOWN), ...KILLED, posts: lost(WITHOUT_ID) },
});
allowed("a receipt waits for its message", {
  ...having({ ...PHONE, delivery: "sent" }),
  waiting: [{
    ...{ integration_id: "connection-0", message_ref: OWN.key, delivery: "read" },
    ...{ reactions: [], is_deleted: false },
  }],
});
allowed("what was not understood is there twice, and a call was sent again", {
  ...{ kept: [...OTHERS, kept(GARBAGE)], resent: 1 },
});

broken("a message that was acknowledged is not there", {
  messages: messages.filter(({ id }) => id !== UNKNOWN.id),
}, /event 1 \(text, without an id\) was acknowledged 1 times .* is there 0 times/);
broken("a message with an id is there twice", {
  ...{ ...twice(TEXT), ...KILLED, posts: lost(WITH_ID) },
}, /event 0 \(text, with an id\) .* is there 2 times/);
broken("a message without an id is there twice, and no answer was lost", {
  ...twice(UNKNOWN),
}, /event 1 .* is there 2 times/);
broken("a message is in another chat", {
  chats: [{ ...CHAT, address: "79990000001@c.us" }],
}, /event 0 is not there as it was told/);
broken("a message has another direction", having({ ...TEXT, direction: "out" }), /not there as it/);
broken("a picture has no media", having({ ...IMAGE, media: null }), /event 2 is not there as it/);
broken("an event of another account is a message", {
  messages: [...messages, { ...UNKNOWN, id: "6", text: `event ${FOREIGN}!` }],
}, /event 8 is no message/);
broken(
  "what was not understood is not kept",
  { kept: [] },
  /event 7 .*, and is there 0 times/,
);
broken("what was not understood is kept twice", {
  kept: [...OTHERS, kept(GARBAGE)],
}, /1 events too many are kept/);
broken("a message was not understood", {
  kept: [...OTHERS, kept(WITH_ID, { reason: "database_23" })],
}, /event 0 was not understood: database_23/);
broken("a story is not counted", {
  connections: connections.map((one) => ({ ...one, droppedEvents: 0 })),
}, /dropped, of a, was acknowledged, and is there 0 times/);

broken(
  "an accepted send is open",
  having({ ...ACCEPTED, status: "sending" }),
  /send 9! is sending/,
);
broken("a send is there twice", twice(ACCEPTED), /send 9! is there 2 times/);
broken("a send was executed twice", {
  executed: [{ session: "0", text: "send 9!" }, { session: "0", text: "send 9!" }],
}, /send 9! was executed twice/);

broken(
  "a receipt was lost",
  having({ ...PHONE, delivery: "sent" }),
  /receipt 4 told read, and its/,
);
broken("a message is further than was told", {
  ...having({ ...ACCEPTED, delivery: "delivered" }),
}, /send 9! is delivered, which nobody told/);
broken("a receipt sank", {
  writes: writes.toSpliced(3, 1, write("4", 4, { delivery_before: "read", delivery: "sent" })),
}, /message 4 sank from read to sent/);
broken("a reaction was lost", having({ ...PHONE, reactions: [] }), /reaction 5 was acknowledged/);
broken("a revoke was lost", having({ ...PHONE, is_deleted: false }), /revoke 6 was acknowledged/);

broken("a number was given twice", {
  writes: [...writes, write("1", 6)],
}, /number 6 of a was given twice/);
broken("the counter rose by less than was written", {
  counters: new Map([["a", 5]]),
}, /the counter of a is 5, after 6 numbers up to 6/);
broken("a number was left out", {
  ...{ counters: new Map([["a", 7]]), writes: writes.toSpliced(5, 1, write("chat", 7)) },
}, /the counter of a is 7, after 6 numbers up to 7/);
broken("numbers are not in the order of commits", {
  writes: [writes[1], writes[0], ...writes.slice(2)],
}, /1 writes of a were not in order/);
broken("two transactions wrote at once", {
  writes: [
    write("1", 1, { transaction: "one" }),
    write("2", 2, { transaction: "other" }),
    write("3", 3, { transaction: "one" }),
    ...writes.slice(3),
  ],
}, /1 writes of a were not in order/);
broken("a change was missed by who reads", {
  reading: { ...reading, rows: new Map([...reading.rows, ["1", 0]]) },
}, /the last change of 1 was missed/);
broken("a reading was wrong", { reading: { ...reading, wrong: ["it went down"] } }, /it went down/);

broken("unread is another count", {
  chats: [{ ...CHAT, unread_count: 2 }],
}, /chat chat has 2 unread, and 1 were not read/);
broken("a stranger marked a chat as read", {
  chats: [{ ...CHAT, read_up_to: 6, unread_count: 0 }],
  marks: [{ ...small().marks[0], by: 1, upTo: 100 }],
}, /read up to 6, which nobody of its organization did/);

const ELSEWHERE = { organization_id: "a/b", integration_id: "connection-1" };
broken("a message is in another organization", {
  ...having({ ...TEXT, ...ELSEWHERE }),
}, /event 0! is in a\/b/);
broken("a row has another organization than its connection", {
  ...having({ ...TEXT, organization_id: "a/b" }),
}, /event 0! is in a\/b/);
broken("a message is in a chat of another organization", {
  chats: [{ ...CHAT, ...ELSEWHERE }],
}, /event 0! is in a chat of a\/b/);
broken("what was not understood is kept for another organization", {
  kept: [kept(GARBAGE, ELSEWHERE), kept(FOREIGN)],
}, /the kept event 7 is in a\/b/);
broken("a send went out through another's account", {
  executed: [{ session: "1", text: "send 9!" }],
}, /send 9! was sent by 1/);
broken("an organization is stored under another name", {
  connections: connections.map((one) => ({ ...one, name: "A" })),
}, /a is stored as A/);

broken("a post is answered otherwise", {
  posts: [...posts, post(READ, 500, { error: { code: "internal" } })],
}, /event 4: 500/);
broken("a living process gives no answer", { posts: lost(READ) }, /event 4: 0/);
broken("an event was never taken", {
  ...{ ...KILLED, posts: lost(READ).filter(({ event, status }) => event !== READ || status === 0) },
}, /event 4 was never taken/);
broken("memory grows", {
  growth: [{ process: "wpp-webhook/0/0", calls: 500, earlier: 80, later: 180 }],
}, /grew from 80 to 180 MiB/);
broken("a process complains", { complaints: ["panic"] }, /complained: panic/);
