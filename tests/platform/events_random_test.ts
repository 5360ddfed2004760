/** Random events: whatever comes, there is an event that can be stored. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { readEvent } from "../../supabase/functions/_shared/wpp/platform/events.ts";
import { ascii, INCOMING, type Json, post, read } from "../support/events.ts";

const TYPES = ["message", "receipt", "reaction", "edit", "state", "dropped", "quarantined"];
/** The longest string that each field may have. */
const MAX_LENGTHS: Record<string, number> = { text: 65_536, url: 4_096, name: 100, emoji: 64 };

/** Fails unless an event is one that the database can take. */
function checkStorable({ event, base64 }: ReturnType<typeof readEvent>): void {
  assert.ok(TYPES.includes(event.type));
  checkFields(event);
  if (event.type === "message") assert.match(event.chat.address, /^[\w.-]+@[a-z.]+$/);
  if (event.type === "message") assert.match(event.chat.phone ?? "+7999111", /^\+[1-9]\d{6,14}$/);
  if (!base64) return;
  assert.ok(event.type === "message" && event.media);
  assert.equal(atob(ascii(base64)!).length, event.media.size);
}

function checkFields(object: object): void {
  for (const [name, value] of Object.entries(object)) {
    assert.notEqual(value, undefined, name);
    if (typeof value === "object" && value !== null) checkFields(value);
    if (typeof value === "number") assert.ok(Number.isSafeInteger(value), name);
    if (typeof value !== "string") continue;
    assert.ok(value.isWellFormed() && !value.includes("\0"), name);
    assert.ok(value.length <= (MAX_LENGTHS[name] ?? 255), `${name} has ${value.length}`);
    assert.ok(value !== "" || name === "emoji", name);
  }
}

const NAMES =
  ("account session id type event data created from raw_from to chatId author text body " +
    "content caption media base64 mimetype filename url size timestamp t fromMe isGroupMsg senderName " +
    "sender pushname notifyName messageId waMessageId taskId status state ack msgId refId reactionText " +
    "lat lng loc name address vcardList _serialized participant __proto__ constructor").split(" ");
const WORDS =
  ("chat image file ptt location vcard multi_vcard poll_creation message.incoming message.sent " +
    "onmessage onselfmessage onack onreactionmessage onrevokedmessage message.edited delivery read deleted " +
    "message.status status-find connected qr +79991112233 79991112233@c.us 1203@g.us 1234567890@lid " +
    "status@broadcast true_79991112233@c.us_3EB0 false_1203@g.us_3EB0_79991112233@c.us evt_1 QUJDRA== " +
    "[Image] 1700000000 2023-11-14 https://wpp.example/a image/png").split(" ");

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "A".repeat(300),
    "👍".repeat(40_000),
    "A".repeat(20_000),
    `a\0${"é".repeat(300)}`,
  ),
  fc.constantFrom(true, false, null, 0, -1, 2, 17, 1_700_000_000, 1e30, 1.5),
  fc.double(),
);
const { event: anyEvent } = fc.letrec<{ event: unknown; value: unknown }>((tie) => ({
  event: fc.dictionary(fc.constantFrom(...NAMES), tie("value"), {
    maxKeys: 20,
    noNullPrototype: true,
  }),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    tie("event"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
}));

/** Random objects are seldom an event, so some are one with a few fields changed. */
const EVENTS: Json[] = [
  INCOMING,
  { ...INCOMING, type: "image", media: { mimetype: "image/png", base64: "QUJDRA==" } },
  { ...INCOMING, type: "call_log" },
  { event: "status-find", status: "inChat" },
  { type: "delivery", messageId: "a1", status: "read" },
  { event: "onreactionmessage", msgId: "true_79991112233@c.us_3EB0", reactionText: "👍" },
  { event: "message.edited", messageId: "a1", text: "Hello" },
];
const likely = fc.tuple(fc.constantFrom(...EVENTS), anyEvent, fc.boolean())
  .map(([event, fields, isWrapped]) => {
    const changed = { ...event, ...Object.fromEntries(Object.entries(fields as Json).slice(0, 3)) };
    return isWrapped ? { type: changed.event ?? "message.incoming", data: changed } : changed;
  });

Deno.test("readEvent gives an event that can be stored when it gets any object", () => {
  const types = new Set<string>();
  fc.assert(
    fc.property(fc.oneof(anyEvent, likely), (body) => {
      const result = post(body);
      types.add(result.event.type);
      checkStorable(result);
    }),
    { numRuns: 400 },
  );
  assert.deepEqual([...types].sort(), TYPES.toSorted(), "each type of event came up");
});

Deno.test("readEvent gives an event that can be stored when it gets any JSON or bytes", () => {
  const json = fc.json().map((text) => new TextEncoder().encode(text));
  fc.assert(
    fc.property(fc.oneof(json, fc.uint8Array({ maxLength: 200 })), (body) => {
      checkStorable(readEvent(body));
    }),
    { numRuns: 500 },
  );
});

Deno.test("readEvent gives an event when a body is cut off, or a byte of it is another", () => {
  const bytes = new TextEncoder().encode(
    JSON.stringify({ ...INCOMING, type: "image", media: { base64: "A".repeat(17_000) } }),
  );
  const places = fc.oneof(fc.nat(200), fc.nat(bytes.length - 1));
  fc.assert(
    fc.property(places, fc.nat(255), fc.boolean(), (at, byte, isCutOff) => {
      checkStorable(readEvent(isCutOff ? bytes.subarray(0, at) : bytes.with(at, byte)));
    }),
    { numRuns: 300 },
  );
});

const letters = fc.string({
  unit: fc.constantFrom(..."abcXYZ189 é👍"),
  minLength: 1,
  maxLength: 40,
});
const text = letters.filter((text) => text.trim() !== "");
const user = fc.integer({ min: 1_000_000, max: 999_999_999 }).map((number) => `7${number}`);

Deno.test("readEvent gives the same message when it comes in another form", () => {
  const sent = fc.integer({ min: 1_000_000_000, max: 2_000_000_000 });
  fc.assert(
    fc.property(user, text, sent, fc.constantFrom("3EB0AA", "AC12"), (user, text, time, key) => {
      const id = `false_${user}@c.us_${key}`;
      const common = { account: "4", from: `${user}@c.us`, text, id };
      const flat = read({ ...common, type: "chat", timestamp: time });
      const { text: body, account: session, ...rest } = common;
      for (
        const other of [
          { ...common, type: "chat", timestamp: `${time}`, raw_from: `${user}:7@s.whatsapp.net` },
          { ...common, type: "CHAT", t: time * 1000, from: `+${user}` },
          { type: "message.incoming", data: { ...common, timestamp: time } },
          { event: "MESSAGE_INCOMING", created: time, data: common },
          { event: "onmessage", session, ...rest, body, type: "chat", t: time },
          {
            event: "onmessage",
            session,
            ...rest,
            content: body,
            t: new Date(time * 1000).toISOString(),
          },
          { ...common, type: "chat", id: { _serialized: id, id: key }, timestamp: time },
        ]
      ) {
        assert.deepEqual(read(other), flat, JSON.stringify(other));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("readEvent gives back the bytes when they come small or large, escaped, anywhere", () => {
  const size = fc.oneof(
    fc.integer({ min: 60, max: 300 }),
    fc.integer({ min: 12_200, max: 13_000 }),
  );
  const put: ((base64: string) => Json)[] = [
    (base64) => ({ media: { base64 } }),
    (data) => ({ media: { data } }),
    (media) => ({ media }),
    (base64) => ({ base64 }),
    (body) => ({ body }),
    (base64) => ({ media: { base64: `data:image/png;base64,${base64}` } }),
  ];
  const escape: ((json: string) => string)[] = [
    (json) => json,
    (json) => json.replaceAll("/", "\\/"),
    (json) => json.replace(/[\w+/]{76}/g, "$&\\r\\n"),
  ];
  const beside = fc.constantFrom(
    "A".repeat(17_000),
    '{"00000000-0000-4000-8000-000000000000":0}',
    "Hi",
  );
  fc.assert(
    fc.property(size, fc.nat(255), beside, fc.nat(5), fc.nat(2), (size, seed, text, place, way) => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i * seed >> 3);
      const base64 = btoa(String.fromCharCode(...bytes));
      const { text: _, ...payload } = INCOMING;
      const json = escape[way](
        JSON.stringify({ ...payload, type: "image", ...put[place](base64) }),
      );
      const whole = json.replace("{", () => `{"text":${JSON.stringify(text)},`);
      const { event, base64: read } = readEvent(new TextEncoder().encode(whole));
      assert.equal(ascii(read), base64);
      assert.ok(event.type === "message");
      assert.equal(event.text, text);
      assert.equal(event.media?.size, size);
    }),
    { numRuns: 200 },
  );
});
