/** What wpp-webhook does not understand, and what is of another account: kept for an operator. */
import assert from "node:assert/strict";
import { connectHooked, events, incoming, messages, tell, withId } from "../support/webhook.ts";
import { inWorld } from "../support/world.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (base64: unknown) => atob(String(base64).replaceAll("\n", ""));

const BODIES: Record<string, [Uint8Array<ArrayBuffer>, reason: string]> = {
  "a text": [bytes("hello"), "not_json"],
  "JSON that was cut off": [bytes('{"account":"1","type":"ch'), "not_json"],
  "no UTF-8": [new Uint8Array([0xff, 0xfe, 0x00, 0x80, 0x7b]), "not_json"],
  "a form": [bytes("a=1&b=2"), "not_json"],
  "nothing": [bytes(""), "not_json"],
  "an array": [bytes('[{"type":"chat"}]'), "not_an_object"],
  "a number": [bytes("5"), "not_an_object"],
  "null": [bytes("null"), "not_an_object"],
  "an object without fields": [bytes("{}"), "unknown_event"],
  "a word that is new": [bytes('{"type":"novelty","data":{"a":1}}'), "unknown_event"],
};
inWorld("wpp-webhook keeps the bytes of what it does not understand", async (world) => {
  const { hook } = await connectHooked(world);
  for (const [what, [body, reason]] of Object.entries(BODIES)) {
    await tell(hook, body);
    const kept = (await events(world)).at(-1)!;
    assert.deepEqual(
      [kept.kind, kept.reason, kept.size],
      ["quarantined", reason, body.length],
      what,
    );
    assert.equal(text(kept.base64), String.fromCharCode(...body), what);
  }
  assert.equal((await messages(world)).length, 0);
});

inWorld("wpp-webhook keeps the first 64 KiB of what it does not understand", async (world) => {
  const { hook } = await connectHooked(world);
  const body = bytes("ab".repeat(50_000));
  await tell(hook, body);
  const [kept] = await events(world);
  assert.deepEqual([kept.size, text(kept.base64)], [65_536, "ab".repeat(32_768)]);
});

inWorld("wpp-webhook keeps no more once 1,000 are kept, and says so", async (world) => {
  const { hook, session } = await connectHooked(world);
  await world.database.exec(
    "insert into messenger_events (organization_id, integration_id, kind) " +
      "select organization_id, id, 'quarantined' from messenger_integrations, generate_series(1, 1000)",
  );
  await tell(hook, "no JSON");
  assert.equal((await events(world)).length, 1000);
  const { event, warnings } = world.logs.at(-1)!;
  assert.deepEqual(event, {
    type: "quarantined",
    outcome: "quarantine_full",
    reason: "not_json",
  });
  assert.deepEqual(warnings, ["quarantine_full"]);
  await tell(hook, incoming(session));
  assert.equal((await messages(world)).length, 1);
});

inWorld("wpp-webhook quarantines what is of another account", async (world) => {
  const [one, other] = [await connectHooked(world), await connectHooked(world)];
  const foreign = [
    incoming(other.session),
    withId(other.session, "evt_1"),
    { type: "delivery", account: other.session, messageId: "1", status: "read" },
    { type: "disconnected", data: { account: other.session } },
    incoming(String(Number(one.session))), // the same number, and another text
    incoming(`${one.session} `),
  ];
  for (const body of foreign) await tell(one.hook, body);
  const kept = await events(world);
  const reasons = kept.map(({ kind, reason }) => [kind, reason]);
  assert.deepEqual(reasons.slice(0, 5), Array(5).fill(["quarantined", "another_account"]));
  const ids = new Set(kept.map((row) => row.integration_id));
  const row = await world.row(
    "select * from messenger_integrations where session = $1",
    one.session,
  );
  assert.deepEqual([...ids], [row?.id]);
  assert.deepEqual([row?.status, row?.last_event_at], ["starting", null]);
});

inWorld("wpp-webhook takes an event that names no account for its own", async (world) => {
  const { hook } = await connectHooked(world);
  const { account: _, ...event } = incoming("");
  await tell(hook, event);
  assert.equal((await messages(world)).length, 1);
});

inWorld("wpp-webhook counts what it drops", async (world) => {
  const { hook, session } = await connectHooked(world);
  const status = { from: "status@broadcast", raw_from: "status@broadcast" };
  await tell(hook, incoming(session, status));
  await tell(hook, { event: "onpresencechanged", session, id: "79991112233@c.us" });
  const { dropped_events } = await world.row("select * from messenger_integrations") ?? {};
  assert.equal(Number(dropped_events), 2);
  assert.deepEqual([await messages(world), await events(world)], [[], []]);
});
