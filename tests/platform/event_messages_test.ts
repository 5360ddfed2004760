/** What a message holds: ids, kind, text, name, time. Media and addresses have files of their own. */
import assert from "node:assert/strict";
import {
  ACCOUNT,
  INCOMING,
  type Json,
  MESSAGE,
  PERSON,
  read,
  readMessage,
} from "../support/events.ts";

const IDS: [when: string, fields: Json, key?: string, raw?: string][] = [
  ["messageId is a key", { messageId: "3EB0AA" }, "3EB0AA", "3EB0AA"],
  ["id is a key", { id: "3EB0AA" }, "3EB0AA", "3EB0AA"],
  ["id is a number", { id: 17 }, "17", "17"],
  ["waMessageId stands beside id", { id: 17, waMessageId: "3EB0AA" }, "3EB0AA", "3EB0AA"],
  ["it is serialized", { id: "false_7@c.us_3EB0AA" }, "3EB0AA", "false_7@c.us_3EB0AA"],
  [
    "it has a participant",
    { id: "false_1-2@g.us_3EB0AA_7@c.us" },
    "3EB0AA",
    "false_1-2@g.us_3EB0AA_7@c.us",
  ],
  [
    "it is an object",
    { id: { _serialized: "false_7@c.us_3EB0AA", id: "3EB0AA" } },
    "3EB0AA",
    "false_7@c.us_3EB0AA",
  ],
  ["it is an object with a key", { id: { id: "3EB0AA" } }, "3EB0AA", "3EB0AA"],
  ["there is none", {}],
  ["it is the event's", { id: "evt_1" }],
  ["it is empty", { id: "" }],
  ["it is too long", { id: "a".repeat(256) }],
  ["it holds NUL", { id: "a\0" }],
  ["it is an array", { id: ["a"] }],
];
for (const [when, fields, key, raw] of IDS) {
  Deno.test(`readEvent ${key ? "reads" : "leaves out"} the message's id when ${when}`, () => {
    const { providerMessageId, waMessageId } = readMessage(fields);
    assert.deepEqual([providerMessageId, waMessageId], [key, raw]);
  });
}

const KINDS: [kind: string, ...types: string[]][] = [
  ["text", "chat", "text", "CHAT"],
  ["image", "image"],
  ["video", "video"],
  ["audio", "audio"],
  ["voice", "ptt", "voice"],
  ["document", "file", "document"],
  ["sticker", "sticker"],
  ["location", "location"],
  ["contact", "vcard", "multi_vcard"],
  ["unknown", "poll_creation", "list_response"],
];
for (const [kind, ...types] of KINDS) {
  Deno.test(`readEvent reads the kind ${kind} when type is ${types.join(" or ")}`, () => {
    for (const type of types) {
      const message = readMessage({ type });
      assert.equal(message.kind, kind, type);
      assert.equal(message.text, "Hello", type);
    }
  });
}

Deno.test("readEvent keeps the text when the kind of a message is new", () => {
  const { type: _, ...payload } = INCOMING;
  for (
    const body of [
      { event: "onmessage", ...payload, type: "hologram" },
      { type: "message.incoming", data: { ...payload, type: "hologram" } },
    ]
  ) {
    assert.deepEqual(read(body), { ...MESSAGE, kind: "unknown" });
  }
});

const TEXTS: [when: string, fields: Json, text: string | undefined][] = [
  ["it is in body", { text: undefined, body: "Hi" }, "Hi"],
  ["it is in content", { text: null, content: "Hi" }, "Hi"],
  ["it is in two fields", { body: "Other" }, "Hello"],
  ["it begins with brackets", { text: "[ok] yes" }, "[ok] yes"],
  ["it is in brackets", { text: "[Image]" }, "[Image]"],
  ["it has lines and an emoji of several parts", { text: "a\n\tb 👨‍👩‍👧" }, "a\n\tb 👨‍👩‍👧"],
  ["it holds NUL and half a surrogate pair", { text: "a\0b\ud800c\udc00" }, "abc"],
  ["it is blank", { text: " \n" }, undefined],
  ["it is no text", { text: 5 }, undefined],
  ["it is too long", { text: "é".repeat(70_000) }, "é".repeat(65_536)],
  ["the cut would split a pair", { text: "a" + "👍".repeat(40_000) }, "a" + "👍".repeat(32_767)],
  ["it looks like base64", { text: "A".repeat(20_000) }, "A".repeat(20_000)],
  ["it looks like base64 and is too long", { text: "A".repeat(70_000) }, "A".repeat(65_536)],
  [
    "it looks like a data URL",
    { text: `data:a/b;base64,${"A".repeat(20_000)}` },
    `data:a/b;base64,${"A".repeat(20_000)}`,
  ],
];
for (const [when, fields, text] of TEXTS) {
  Deno.test(`readEvent reads the text when ${when}`, () => {
    const message = readMessage(fields);
    assert.equal(message.text, text);
    assert.equal(message.kind, "text");
    assert.equal(message.media, undefined);
  });
}

const OTHER_TEXTS: [when: string, fields: Json, text: string | undefined][] = [
  [
    "a place has a name",
    { type: "location", name: "Café", address: "1 Road", lat: 1 },
    "Café\n1 Road",
  ],
  ["a place has loc", { type: "location", loc: "Café\n1 Road" }, "Café\n1 Road"],
  ["a place is an object", { type: "location", location: { name: "Café" } }, "Café"],
  ["a place has coordinates", { type: "location", lat: 55.75, lng: "37.6" }, "55.75,37.6"],
  ["a place has coordinates at zero", { type: "location", lat: 0, lng: 0 }, "0,0"],
  [
    "a place has a placeholder",
    { type: "location", text: "[Location]", lat: 1, lng: -2.5 },
    "1,-2.5",
  ],
  [
    "a place has a picture",
    { type: "location", body: btoa("x".repeat(60)), lat: 1, lng: 2 },
    "1,2",
  ],
  ["a place has nothing", { type: "location", lat: "north" }, undefined],
  [
    "a card has a name",
    { type: "vcard", body: "BEGIN:VCARD\r\nFN;X=1:Anna B\r\nEND:VCARD" },
    "Anna B",
  ],
  ["a card's name stands beside it", { type: "vcard", vcardFormattedName: "Anna" }, "Anna"],
  ["a card has no name", { type: "vcard", body: "BEGIN:VCARD" }, "BEGIN:VCARD"],
  ["there are several cards", {
    type: "multi_vcard",
    vcardList: [{ displayName: "Anna" }, { vcard: "FN:Ben" }, null, 1, {}],
  }, "Anna, Ben"],
];
for (const [when, fields, text] of OTHER_TEXTS) {
  Deno.test(`readEvent says what a message is about when ${when}`, () => {
    const message = readMessage({ text: undefined, ...fields });
    assert.equal(message.text, text);
    assert.equal(message.media, undefined);
  });
}

const NAMES: [when: string, fields: Json, name: string | undefined][] = [
  ["it is in senderName", { senderName: "Anna" }, "Anna"],
  ["it is in notifyName", { notifyName: "Anna" }, "Anna"],
  ["it is in sender.pushname", { sender: { pushname: "Anna" } }, "Anna"],
  ["it is in pushname", { pushname: "Anna" }, "Anna"],
  ["it has control characters", { senderName: " A\0n\u0007n\na\ud800 " }, "Anna"],
  ["it is too long", { senderName: "A".repeat(200) }, "A".repeat(100)],
  ["it is blank", { senderName: " ", notifyName: "Anna" }, "Anna"],
  ["the message is ours", { fromMe: true, to: "79991112233", senderName: "Anna" }, undefined],
  ["the chat is a channel", { raw_from: "1203@newsletter", senderName: "Anna" }, undefined],
];
for (const [when, fields, name] of NAMES) {
  Deno.test(`readEvent reads ${name ? "the" : "no"} contact's name when ${when}`, () => {
    assert.equal(readMessage(fields).name, name);
  });
}

const MS = 1_700_000_000_000;
const TIMES: [when: string, fields: Json, sentAtMs: number | undefined][] = [
  ["it is in seconds", { timestamp: MS / 1000 }, MS],
  ["it is in seconds with a fraction", { timestamp: MS / 1000 + 0.5 }, MS + 500],
  ["it is in milliseconds", { timestamp: MS + 1 }, MS + 1],
  ["it is a text of seconds", { timestamp: "1700000000" }, MS],
  ["it is a text of milliseconds", { timestamp: "1700000000001" }, MS + 1],
  ["it is an ISO text", { timestamp: "2023-11-14T22:13:20.000Z" }, MS],
  ["it is in t", { t: MS / 1000 }, MS],
  ["it is in created", { created: MS / 1000 }, MS],
  ["one of two is nonsense", { timestamp: "soon", t: MS / 1000 }, MS],
  ["it is in microseconds", { timestamp: MS * 1000 }, undefined],
  ["it is zero", { timestamp: 0 }, undefined],
  ["it is negative", { timestamp: -1 }, undefined],
  ["it is an object", { timestamp: {} }, undefined],
  ["it is true", { timestamp: true }, undefined],
  ["it is a date that does not exist", { timestamp: "2023-99-99" }, undefined],
];
for (const [when, fields, sentAtMs] of TIMES) {
  Deno.test(`readEvent reads ${sentAtMs ? "the" : "no"} time when ${when}`, () => {
    assert.equal(readMessage(fields).sentAtMs, sentAtMs);
  });
}

Deno.test("readEvent reads all of a message when each field is there", () => {
  const body = {
    ...INCOMING,
    id: "false_79991112233@c.us_3EB0AA",
    taskId: "t1",
    to: "+70000000001",
    senderName: "Anna",
    timestamp: MS,
  };
  assert.deepEqual(read(body), {
    account: ACCOUNT,
    type: "message",
    direction: "in",
    chat: PERSON,
    name: "Anna",
    ownPhone: "+70000000001",
    kind: "text",
    text: "Hello",
    providerMessageId: "3EB0AA",
    waMessageId: "false_79991112233@c.us_3EB0AA",
    taskId: "t1",
    sentAtMs: MS,
  });
});
