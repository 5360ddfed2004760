/** Receipts, deletions, reactions and edits, and which message they are about. */
import assert from "node:assert/strict";
import { ACCOUNT, type Json, read } from "../support/events.ts";

const SERIALIZED = "true_79991112233@c.us_3EB0AA";

const DELIVERIES: [delivery: string, ...words: string[]][] = [
  ["queued", "queued", "pending"],
  ["sent", "sent", "message.sent", "SERVER_ACK"],
  ["delivered", "delivered", "DELIVERY_ACK", "Delivered"],
  ["read", "read", "READ", "played", "PLAYED"],
  ["failed", "failed", "error", "message.dead"],
];
for (const [delivery, ...words] of DELIVERIES) {
  Deno.test(`readEvent reads the receipt ${delivery} when its status is a word for it`, () => {
    const receipt = { account: ACCOUNT, type: "receipt", delivery };
    const both = { ...receipt, taskId: "a1", providerMessageId: "a1", isPair: false };
    const pair = {
      ...receipt,
      taskId: "a1",
      providerMessageId: "3EB0AA",
      waMessageId: SERIALIZED,
      isPair: true,
    };
    for (const status of words) {
      assert.deepEqual(read({ type: "delivery", account: ACCOUNT, messageId: "a1", status }), both);
      for (
        const type of ["message.status", "message_status", "messages.update", "MESSAGE.STATUS"]
      ) {
        const data = { account: ACCOUNT, waMessageId: SERIALIZED, status };
        assert.deepEqual(read({ type, data: { ...data, id: "a1" } }), pair, status);
        assert.deepEqual(read({ type, data: { ...data, taskId: "a1" } }), pair, status);
        assert.deepEqual(read({ type, ...data, taskId: "a1" }), pair, status);
        assert.deepEqual(read({ event: type, ...data, id: "a1" }), pair, status);
      }
    }
  });
}

const ACKS: [ack: number | string, delivery: string][] = [
  [-7, "failed"],
  [-1, "failed"],
  [0, "queued"],
  [1, "sent"],
  [2, "delivered"],
  ["2", "delivered"],
  [3, "read"],
  [4, "read"],
];
for (const [ack, delivery] of ACKS) {
  Deno.test(`readEvent reads the receipt ${delivery} when wppconnect's ack is ${ack}`, () => {
    const id = { fromMe: true, id: "3EB0AA", _serialized: SERIALIZED };
    assert.deepEqual(read({ event: "onack", session: ACCOUNT, id, ack }), {
      account: ACCOUNT,
      type: "receipt",
      providerMessageId: "3EB0AA",
      isPair: false,
      delivery,
    });
  });
}

const BY_WORD: [word: string, delivery: string][] = [
  ["message.sent", "sent"],
  ["message.delivered", "delivered"],
  ["message.read", "read"],
  ["message.failed", "failed"],
  ["message.dead", "failed"],
  ["MESSAGE_DEAD", "failed"],
];
for (const [type, delivery] of BY_WORD) {
  Deno.test(`readEvent reads the receipt ${delivery} when the event is ${type}`, () => {
    const receipt = { account: ACCOUNT, type: "receipt", isPair: false, delivery };
    const data = { account: ACCOUNT, taskId: 17 };
    assert.deepEqual(read({ type, data }), { ...receipt, taskId: "17" });
    assert.deepEqual(read({ type, ...data }), { ...receipt, taskId: "17" });
    const wrapped = { type, data: { account: ACCOUNT }, messageId: "a1" };
    assert.deepEqual(read(wrapped), { ...receipt, taskId: "a1", providerMessageId: "a1" });
  });
}

const REFERENCES: [when: string, ids: Json, reference: Json][] = [
  ["messageId is one word", { messageId: "a1" }, { taskId: "a1", providerMessageId: "a1" }],
  ["messageId is a number", { messageId: 17 }, { taskId: "17", providerMessageId: "17" }],
  ["messageId is serialized", { messageId: SERIALIZED }, { providerMessageId: "3EB0AA" }],
  ["waMessageId stands alone", { waMessageId: "3EB0AA" }, { providerMessageId: "3EB0AA" }],
  ["taskId stands alone", { taskId: "a1" }, { taskId: "a1" }],
  ["id is an object", { id: { id: "3EB0AA" } }, { providerMessageId: "3EB0AA" }],
  ["both names hold one id", { messageId: "3EB0AA", waMessageId: SERIALIZED }, {
    providerMessageId: "3EB0AA",
  }],
  ["two ids are WhatsApp's", { id: SERIALIZED, waMessageId: "3EB0BB" }, {
    providerMessageId: "3EB0BB",
  }],
  ["the pair is messageId and waMessageId", { messageId: "a1", waMessageId: "3EB0AA" }, {
    taskId: "a1",
    providerMessageId: "3EB0AA",
    waMessageId: "3EB0AA",
    isPair: true,
  }],
  ["the pair is taskId and an object", { taskId: 1, id: { _serialized: SERIALIZED } }, {
    taskId: "1",
    providerMessageId: "3EB0AA",
    waMessageId: SERIALIZED,
    isPair: true,
  }],
  ["it is of a group", { messageId: "true_1203-4@g.us_3EB0AA_7999@c.us" }, {
    providerMessageId: "3EB0AA",
  }],
  ["one of the ids is too long", { taskId: "1", messageId: "a".repeat(256) }, { taskId: "1" }],
];
for (const [when, ids, reference] of REFERENCES) {
  Deno.test(`readEvent finds a receipt's message when ${when}`, () => {
    const receipt = { type: "receipt", isPair: false, delivery: "read" };
    assert.deepEqual(read({ type: "delivery", status: "read", ...ids }), {
      ...receipt,
      ...reference,
    });
  });
}

const DELETIONS: [when: string, body: Json, reference: Json][] = [
  ["the platform says so", { type: "delivery", messageId: "a1", status: "deleted" }, {
    taskId: "a1",
    providerMessageId: "a1",
  }],
  ["the older form says so", { type: "message.status", data: { id: 1, status: "DELETED" } }, {
    taskId: "1",
    providerMessageId: "1",
  }],
  ["the word says so", { type: "message.deleted", data: { taskId: 1 } }, { taskId: "1" }],
  ["wppconnect tells of it", {
    event: "onrevokedmessage",
    id: "false_79991112233@c.us_3EB0FF",
    refId: "false_79991112233@c.us_3EB0AA",
  }, { providerMessageId: "3EB0AA" }],
  ["wppconnect tells of it by an object", {
    event: "onrevokedmessage",
    refId: { _serialized: SERIALIZED },
  }, { providerMessageId: "3EB0AA" }],
];
for (const [when, body, reference] of DELETIONS) {
  Deno.test(`readEvent reads that a message was deleted when ${when}`, () => {
    assert.deepEqual(read(body), { type: "receipt", isPair: false, deleted: true, ...reference });
  });
}

const REACTION = { event: "onreactionmessage", session: ACCOUNT, reactionText: "❤️" };
const FROM_GROUP = "false_1203@g.us_3EB0AA_79991112233@c.us";
const REACTIONS: [when: string, fields: Json, by: string, emoji?: string][] = [
  ["msgId is a text", { msgId: SERIALIZED }, "+79991112233"],
  ["msgId is an object", { msgId: { _serialized: SERIALIZED } }, "+79991112233"],
  ["it is taken back", { msgId: SERIALIZED, reactionText: "" }, "+79991112233", ""],
  ["it is ours", { msgId: SERIALIZED, id: "true_79991112233@c.us_3EB0FF" }, "me"],
  ["it is ours by fromMe", { msgId: SERIALIZED, fromMe: true }, "me"],
  [
    "a group's participant is told",
    { msgId: FROM_GROUP, author: "79995556677@c.us" },
    "+79995556677",
  ],
  ["a group's participant is in the id", {
    msgId: FROM_GROUP,
    id: "false_1203@g.us_3EB0FF_123456789012345@lid",
  }, "123456789012345@lid"],
];
for (const [when, fields, by, emoji = "❤️"] of REACTIONS) {
  Deno.test(`readEvent reads a reaction when ${when}`, () => {
    assert.deepEqual(read({ ...REACTION, ...fields }), {
      account: ACCOUNT,
      type: "reaction",
      providerMessageId: "3EB0AA",
      isPair: false,
      emoji,
      by,
    });
  });
}

Deno.test("readEvent reads an edit when it names a message and a text", () => {
  const data = { waMessageId: SERIALIZED, text: "New", timestamp: 1_700_000_000 };
  for (const type of ["message.edited", "message_edit", "onmessageedit"]) {
    assert.deepEqual(read({ type, data }), {
      type: "edit",
      providerMessageId: "3EB0AA",
      isPair: false,
      text: "New",
      editedAtMs: 1_700_000_000_000,
    });
  }
});

const QUARANTINED: [reason: string, ...bodies: Json[]][] = [
  [
    "no_id",
    { type: "delivery", status: "read" },
    { type: "delivery", status: "read", messageId: "" },
    { type: "delivery", status: "read", messageId: "a".repeat(256) },
    { type: "delivery", status: "read", messageId: "a\0" },
    { type: "delivery", status: "read", messageId: [1] },
    { type: "message.dead", data: {} },
    { event: "onrevokedmessage", id: "3EB0FF" },
    { type: "message.deleted", id: "evt_1" },
    { ...REACTION },
    { type: "message.edited", text: "New" },
  ],
  [
    "unknown_status",
    { type: "delivery", messageId: "a1" },
    { type: "delivery", messageId: "a1", status: "new" },
    { type: "delivery", messageId: "a1", status: 3 },
    { type: "delivery", messageId: "a1", status: "constructor" },
    { event: "onack", id: "a1", ack: 6 },
    { event: "onack", id: "a1", ack: 1.5 },
  ],
  [
    "no_emoji",
    { ...REACTION, msgId: SERIALIZED, reactionText: undefined },
    { ...REACTION, msgId: SERIALIZED, reactionText: "👍".repeat(40) },
  ],
  ["no_sender", { ...REACTION, msgId: FROM_GROUP }],
  ["no_text", { type: "message.edited", messageId: "a1" }],
];
for (const [reason, ...bodies] of QUARANTINED) {
  Deno.test(`readEvent quarantines what is about a message when it is ${reason}`, () => {
    for (const body of bodies) {
      const { account: _, eventId: __, ...event } = read(body);
      assert.deepEqual(event, { type: "quarantined", reason }, JSON.stringify(body));
    }
  });
}

Deno.test("readEvent drops a receipt when its ack is 5", () => {
  const event = read({ event: "onack", id: SERIALIZED, ack: 5 });
  assert.deepEqual(event, { type: "dropped", reason: "ack" });
});
