/** Each form of event, and each word. Messages and receipts in detail have files of their own. */
import assert from "node:assert/strict";
import { readEvent } from "../../supabase/functions/_shared/wpp/platform/events.ts";
import { ACCOUNT, INCOMING, type Json, MESSAGE, PERSON, post, read } from "../support/events.ts";

const WPPCONNECT = {
  session: ACCOUNT,
  id: "false_79991112233@c.us_3EB0AA",
  from: "79991112233@c.us",
  to: "70000000001@c.us",
  type: "chat",
  body: "Hello",
  t: 1_700_000_000,
};
const FROM_WPPCONNECT = {
  ...MESSAGE,
  ownPhone: "+70000000001",
  providerMessageId: "3EB0AA",
  waMessageId: "false_79991112233@c.us_3EB0AA",
  sentAtMs: 1_700_000_000_000,
};
const WRAPPED = { account: ACCOUNT, from: "79991112233", text: "Hello" };

const FORMS: [form: string, body: Json, event: Json][] = [
  ["flat", INCOMING, MESSAGE],
  ["flat without raw_from", { ...INCOMING, raw_from: undefined }, MESSAGE],
  ["flat without from", { ...INCOMING, from: undefined }, MESSAGE],
  ["flat beside an object `data`", { ...INCOMING, data: {} }, MESSAGE],
  ["flat with an account that is a number", { ...INCOMING, account: 4 }, {
    ...MESSAGE,
    account: "4",
  }],
  ["wrapped", { id: "evt_1", type: "message.incoming", created: 1_700_000_000, data: WRAPPED }, {
    ...MESSAGE,
    eventId: "evt_1",
    sentAtMs: 1_700_000_000_000,
  }],
  ["wrapped with its own time", {
    id: "evt_1",
    type: "message.incoming",
    created: 1_700_000_000,
    data: { ...WRAPPED, timestamp: 1_600_000_000 },
  }, { ...MESSAGE, eventId: "evt_1", sentAtMs: 1_600_000_000_000 }],
  ["wrapped with the kind in data", {
    type: "message.incoming",
    data: { ...WRAPPED, type: "chat" },
  }, MESSAGE],
  ["wrapped with the kind outside", { type: "chat", data: WRAPPED }, MESSAGE],
  ["wppconnect's", { event: "onmessage", ...WPPCONNECT }, FROM_WPPCONNECT],
  ["a kind beside an unknown event", { ...INCOMING, event: "something" }, MESSAGE],
];
for (const [form, body, event] of FORMS) {
  Deno.test(`readEvent reads a message when its form is ${form}`, () => {
    assert.deepEqual(read(body), event);
  });
}

const MESSAGE_WORDS = [
  "message.incoming",
  "message_incoming",
  "MESSAGE.INCOMING",
  "messageIncoming",
  "message.received",
  "message",
  "messages.upsert",
  "onmessage",
  "onMessage",
  "onanymessage",
  "unreadmessages",
];
for (const word of MESSAGE_WORDS) {
  Deno.test(`readEvent reads an incoming message when the word is ${word}`, () => {
    const { type: _, ...payload } = INCOMING;
    assert.deepEqual(read({ ...payload, type: word }), MESSAGE);
    assert.deepEqual(read({ ...INCOMING, event: word }), MESSAGE);
    assert.deepEqual(read({ event: word, data: payload }), MESSAGE);
  });
}

const OUT: Json = {
  account: ACCOUNT,
  type: "message",
  direction: "out",
  chat: PERSON,
  ownPhone: "+70000000001",
  kind: "text",
  text: "Hello",
};
const OWN = { account: ACCOUNT, from: "+70000000001", to: "79991112233@c.us", text: "Hello" };
const OUTGOING: [when: string, body: Json, more?: Json][] = [
  ["onselfmessage is the word", { ...OWN, event: "onselfmessage", type: "chat" }],
  ["message.sent carries a chat and a text", {
    type: "message.sent",
    data: { ...OWN, taskId: 7 },
  }, { taskId: "7" }],
  ["fromMe is true", { ...OWN, type: "chat", fromMe: true }],
  ["id.fromMe is true", { ...OWN, type: "chat", id: { fromMe: true, id: "3EB0AA" } }, {
    providerMessageId: "3EB0AA",
    waMessageId: "3EB0AA",
  }],
  ["the id begins with true_", { ...OWN, type: "chat", id: "true_79991112233@c.us_3EB0AA" }, {
    providerMessageId: "3EB0AA",
    waMessageId: "true_79991112233@c.us_3EB0AA",
  }],
  ["the id is an object that begins with true_", {
    ...OWN,
    type: "chat",
    id: { _serialized: "true_79991112233@c.us_3EB0AA" },
  }, { providerMessageId: "3EB0AA", waMessageId: "true_79991112233@c.us_3EB0AA" }],
  ["the chat is in chatId", { ...OWN, to: undefined, chatId: OWN.to, fromMe: true, type: "chat" }],
];
for (const [when, body, more] of OUTGOING) {
  Deno.test(`readEvent reads a message of ours when ${when}`, () => {
    assert.deepEqual(read(body), { ...OUT, ...more });
  });
}

const STATES: [status: string, ...words: string[]][] = [
  ["connected", "connected", "ready", "CONNECTED", "inChat", "qrReadSuccess"],
  ["disconnected", "offline", "disconnected", "logout", "Logout", "closesession", "logoutsession"],
  ["qr_required", "qr", "QR", "qrcode", "qr_required", "notLogged", "UNPAIRED_IDLE"],
  ["starting", "starting", "pending", "OPENING"],
];
for (const [status, ...words] of STATES) {
  Deno.test(`readEvent reads the state ${status} when its word is said in any place`, () => {
    const state = { account: ACCOUNT, type: "state", status };
    for (const word of words) {
      assert.deepEqual(read({ type: word, data: { account: ACCOUNT } }), state, word);
      assert.deepEqual(read({ event: word, session: ACCOUNT }), state, word);
      assert.deepEqual(read({ event: word, type: "update", account: ACCOUNT }), state, word);
    }
    for (const said of words.filter((word) => !/^q?r?code|session$/.test(word))) {
      const body = { event: "status-find", session: ACCOUNT, status: said };
      assert.deepEqual(read(body), state, said);
      assert.deepEqual(read({ event: "status-find", account: ACCOUNT, state: said }), state, said);
    }
  });
}

Deno.test("readEvent keeps the QR code itself out of the event when it tells of a new one", () => {
  for (const body of [{ type: "qr", data: { qr: "2@a" } }, { event: "qrcode", urlcode: "2@a" }]) {
    assert.deepEqual(read(body), { type: "state", status: "qr_required" });
  }
});

const DROPPED: [reason: string, ...bodies: Json[]][] = [
  ["presence", { event: "onpresencechanged", id: "7" }, { type: "presence" }],
  ["call", { event: "incomingcall", id: "7", from: "79991112233@c.us" }],
  ["participants", { event: "onparticipantschanged" }, { event: "participantschanged" }],
  [
    "notice",
    ...["call_log", "e2e_notification", "notification_template", "ciphertext"]
      .flatMap((type) => [{ ...INCOMING, type }, { ...WPPCONNECT, event: "onmessage", type }]),
  ],
  ["status_broadcast", ...[
    { ...INCOMING, raw_from: "status@broadcast" },
    { ...INCOMING, from: "status@broadcast", raw_from: undefined },
    { ...INCOMING, to: "Status@Broadcast" },
    { type: "message.incoming", data: { ...WRAPPED, chatId: "status@broadcast" } },
    { event: "onack", id: { _serialized: "true_status@broadcast_3EB0AA" }, ack: 1 },
    { event: "onreactionmessage", msgId: "false_status@broadcast_3EB0AA", reactionText: "👍" },
    { event: "never heard of", from: "status@broadcast" },
  ]],
];
for (const [reason, ...bodies] of DROPPED) {
  Deno.test(`readEvent drops what it knows when it is ${reason}`, () => {
    for (const body of bodies) {
      const { account: _, ...event } = read(body);
      assert.deepEqual(event, { type: "dropped", reason }, JSON.stringify(body));
    }
  });
}

const QUARANTINED: [reason: string, ...bodies: string[]][] = [
  ["not_json", "", "{", "<html>", '{"a":1}}', "\0", "[".repeat(10_000)],
  ["not_an_object", "1", "null", '"text"', "[]", "[".repeat(10_000) + "]".repeat(10_000)],
  [
    "unknown_event",
    "{}",
    '{"type":"hologram","from":"+79991112233","text":"Hello"}',
    '{"event":"constructor"}',
    '{"type":"__proto__"}',
    '{"type":"chat"}',
    '{"type":1,"event":[]}',
    '{"type":"chat","__proto__":{"from":"+79991112233","text":"Hello"}}',
    `{"type":"${"x".repeat(10_000)}"}`,
    `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
  ],
  ["unknown_status", '{"event":"status-find","status":"new"}', '{"type":"status"}'],
  [
    "no_chat",
    '{"type":"chat","from":"Anna","text":"Hello"}',
    '{"type":"message.incoming","data":{"text":"Hello"}}',
    '{"type":"chat","from":"+79991112233","text":"Hello","fromMe":true}',
    '{"type":"chat","from":"+1203630412345678","text":"Hello"}',
    '{"type":"chat","from":"+79991112233","text":"Hello","isGroupMsg":true}',
  ],
  [
    "unreadable_account",
    `{"type":"chat","account":"${"4".repeat(256)}","from":"+79991112233","text":"Hello"}`,
    `{"type":"chat","account":"${"4".repeat(20_000)}","from":"+79991112233","text":"Hello"}`,
    '{"type":"ready","account":"4\\u0000"}',
    '{"type":"ready","account":4.5}',
  ],
];
for (const [reason, ...bodies] of QUARANTINED) {
  Deno.test(`readEvent quarantines an event when it is ${reason}`, () => {
    for (const body of bodies) {
      const { event } = readEvent(new TextEncoder().encode(body));
      assert.deepEqual(event, { type: "quarantined", reason }, body.slice(0, 80));
    }
  });
}

Deno.test("readEvent names account and event id when it does not know the event", () => {
  const known = { account: ACCOUNT, eventId: "evt_1" };
  const event = read({ id: "evt_1", type: "new", data: { account: ACCOUNT } });
  assert.deepEqual(event, { ...known, type: "quarantined", reason: "unknown_event" });
});

Deno.test("readEvent takes the account from the first place when several name one", () => {
  const places = { account: "1", session: "3" };
  const data = { account: "2", session: "4" };
  const accountOf = (body: Json) => read({ type: "ready", ...body }).account;
  assert.equal(accountOf({ ...places, data }), "1");
  assert.equal(accountOf({ session: "3", data }), "2");
  assert.equal(accountOf({ session: "3", data: { session: "4" } }), "3");
  assert.equal(accountOf({ data: { session: "4" } }), "4");
  assert.equal(accountOf({ account: null, data: { account: "" } }), undefined);
});

Deno.test("readEvent takes the last value when a key comes twice", () => {
  const body = '{"type":"chat","type":"ready","account":"1","account":"2"}';
  const { event } = readEvent(new TextEncoder().encode(body));
  assert.deepEqual(event, { account: "2", type: "state", status: "connected" });
});

Deno.test("readEvent reads a body when it begins with a byte order mark or is no UTF-8", () => {
  const json = new TextEncoder().encode(JSON.stringify(INCOMING));
  assert.deepEqual(readEvent(new Uint8Array([0xef, 0xbb, 0xbf, ...json])).event, MESSAGE);
  const broken = json.with(json.indexOf("H".charCodeAt(0)), 0xff);
  assert.equal((readEvent(broken).event as { text?: string }).text, "\ufffdello");
});

Deno.test("readEvent reads no field when an object only inherits it", () => {
  Object.defineProperty(Object.prototype, "fromMe", { value: true, configurable: true });
  try {
    assert.deepEqual(read(INCOMING), MESSAGE);
  } finally {
    delete (Object.prototype as Json).fromMe;
  }
});

Deno.test("readEvent keeps the digits of an id when it is a number that doubles cannot hold", () => {
  const body = '{"type":"message.sent","data":{"taskId":12345678901234567890}}';
  const { event } = readEvent(new TextEncoder().encode(body));
  assert.equal((event as { taskId?: string }).taskId, "12345678901234567890");
});

Deno.test("readEvent gives an event when 2 MB are garbage", () => {
  for (const piece of ['"', "\\", '\\"', "{", '{"a":', "é", "\xff", " ", "A", '"A",']) {
    const bytes = new TextEncoder().encode(piece.repeat(2_000_000 / piece.length));
    assert.equal(readEvent(bytes).event.type, "quarantined", piece);
  }
});

Deno.test("readEvent gives no base64 when the event is no message", () => {
  const { base64 } = post({ type: "qr", data: { qr: "A".repeat(40_000), base64: "AAAA" } });
  assert.equal(base64, undefined);
});
