/** wpp-webhook over HTTP: what it stores, and what it costs. */
import assert from "node:assert/strict";
import { connectHooked, databaseCalls, incoming, messages, tell } from "../support/webhook.ts";
import { inWorld, SUPABASE_URL } from "../support/world.ts";

inWorld("wpp-webhook stores a text and answers 200 with nothing", async (world) => {
  const { hook, session } = await connectHooked(world);
  const response = await fetch(`${SUPABASE_URL}/functions/v1/wpp-webhook?token=${hook}`, {
    method: "POST",
    body: JSON.stringify(incoming(session)),
  });
  assert.deepEqual([response.status, await response.json()], [200, {}]);
  const [message] = await messages(world);
  assert.deepEqual(
    [message?.direction, message?.source, message?.kind, message?.text, message?.status],
    ["in", "contact", "text", "Hello", null],
  );
});

inWorld("wpp-webhook costs one database call when warm, and no other", async (world) => {
  const { hook, session } = await connectHooked(world);
  await tell(hook, incoming(session));
  const calls = databaseCalls(world);
  const before = world.simulator.requests.length;
  await tell(hook, incoming(session));
  assert.deepEqual(calls(), ["messenger_receive"]);
  assert.equal(world.simulator.requests.length, before);
});
