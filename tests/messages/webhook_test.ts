/** wpp-webhook over HTTP: who is let in, what it costs, and what it answers. */
import assert from "node:assert/strict";
import { postEvent, withWebhook } from "../support/webhooks.ts";
import { inWorld } from "../support/world.ts";

inWorld("wpp-webhook stores a text and answers 200 with nothing", async (world) => {
  const { session } = await withWebhook(world);
  const response = await postEvent(JSON.stringify({
    account: session,
    from: "+79991112233",
    raw_from: "79991112233@c.us",
    text: "Hello",
    type: "chat",
  }));
  assert.deepEqual([response.status, await response.json()], [200, {}]);
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  const message = await world.row("select * from messenger_messages");
  assert.deepEqual(
    [message?.direction, message?.source, message?.kind, message?.text, message?.status],
    ["in", "contact", "text", "Hello", null],
  );
});

inWorld("wpp-webhook costs one database call when warm, and no other", async (world) => {
  const { session } = await withWebhook(world);
  const text = JSON.stringify({ account: session, from: "+79991112233", text: "1", type: "chat" });
  await postEvent(text);
  world.serviceCalls.length = 0;
  const before = world.simulator.requests.length;
  assert.equal((await postEvent(text)).status, 200);
  assert.deepEqual(world.serviceCalls.map(({ path }) => path), ["/rest/v1/rpc/messenger_receive"]);
  assert.equal(world.simulator.requests.length, before);
});

inWorld("wpp-webhook keeps the bytes of a picture until Storage has them", async (world) => {
  const { session } = await withWebhook(world);
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const response = await postEvent(JSON.stringify({
    account: session,
    from: "+79991112233",
    type: "image",
    text: "[Image] Look",
    media: { mimetype: "image/png", filename: "a.png", base64 },
  }));
  assert.equal(response.status, 200);
  const message = await world.row("select text, media from messenger_messages");
  assert.deepEqual(message, {
    text: "Look",
    media: { state: "pending", mimetype: "image/png", filename: "a.png", size: 60_000 },
  });
  const event = await world.row("select encode(body, 'base64') as body from messenger_events");
  assert.equal(String(event?.body).replaceAll("\n", ""), base64);
});
