import assert from "node:assert/strict";
import { inWorld } from "./support/world.ts";

inWorld("a signed-in user connects WhatsApp and sends a message", async (world) => {
  const supabase = await world.signIn();

  const created = await supabase.functions.invoke("wpp-create", { body: { name: "Shop" } });
  assert.equal(created.error, null);
  assert.equal(created.data.created, true);
  assert.equal(created.data.status, "starting");
  const { session } = created.data;

  const qr = await supabase.functions.invoke("wpp-qr");
  assert.equal(qr.error, null);
  assert.equal(qr.data.state, "ready");
  assert.match(qr.data.qr.image, /^data:image\/svg\+xml;base64,/);
  assert.match(qr.data.qr.text, /2@/);

  const before = await supabase.functions.invoke("wpp-status");
  assert.equal(before.data.status, "qr_required");
  world.simulator.scan(session);
  const after = await supabase.functions.invoke("wpp-status", { body: { session } });
  assert.equal(after.data.status, "connected");
  const connected = await supabase.functions.invoke("wpp-qr");
  assert.deepEqual(connected.data, { session, state: "connected" });

  const sent = await supabase.functions.invoke("wpp-send", {
    body: { to: "+7 999 111-22-33", text: "Привет 👋" },
  });
  assert.equal(sent.error, null);
  assert.equal(sent.data.status, "accepted");
  assert.equal(sent.data.to, "+79991112233");
  const [message] = world.simulator.messages;
  assert.equal(world.simulator.messages.length, 1);
  assert.deepEqual(
    { session: message.session, to: message.to, text: message.text, taskId: message.taskId },
    { session, to: "79991112233", text: "Привет 👋", taskId: sent.data.taskId },
  );
  assert.equal(world.simulator.countOf("token"), 1);
  assert.equal(world.simulator.countOf("create"), 1);
});
