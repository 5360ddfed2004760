/** What comes out of the stand-in of what was put in. */
import assert from "node:assert/strict";
import { inRealtime, memberToken } from "../support/realtime.ts";

const TOPIC = "messenger:acme";

inRealtime("messages come once each and in the order of their commits", async (world) => {
  const listeners = [await world.joinAs("acme"), await world.joinAs("acme", { vsn: "1.0.0" })];
  await world.sendNumbers(TOPIC, 20);
  await world.database.exec(`do $$ begin
    for n in 21..200 loop
      perform realtime.send(jsonb_build_object('n', n), 'change', '${TOPIC}');
    end loop;
  end $$`);
  await world.sendNumbers(TOPIC, 1);
  const expected = [...Array.from({ length: 200 }, (_, index) => ({ n: index + 1 })), { n: 1 }];
  for (const listener of listeners) {
    await listener.until(({ received }) => received.length >= expected.length);
    assert.deepEqual(listener.received, expected);
  }
  assert.equal(world.realtime.counts.broadcasts, 2 * expected.length);
});

inRealtime("messages come once each when many send at once", async (world) => {
  const listener = await world.joinAs("acme");
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  await Promise.all(numbers.map((n) => world.send(TOPIC, { n })));
  await listener.until(({ received }) => received.length >= numbers.length);
  assert.deepEqual(new Set(listener.received.map(({ n }) => n)), new Set(numbers));
  assert.equal(listener.received.length, numbers.length);
});

inRealtime("nothing comes of a transaction that is rolled back", async (world) => {
  const listener = await world.joinAs("acme");
  await world.database.rolledBack((query) =>
    query(`select realtime.send('{"n":1}', 'change', '${TOPIC}')`)
  );
  await world.send(TOPIC, { n: 2 });
  await listener.until(({ received }) => received.length > 0);
  assert.deepEqual(listener.received, [{ n: 2 }]);
});

inRealtime("a message comes to channels of its topic and privacy alone", async (world) => {
  const acme = await world.joinAs("acme");
  const other = await world.joinAs("other");
  const open = await world.join(TOPIC, { isPrivate: false });
  await world.send(TOPIC, { to: "open" }, false);
  await world.send(TOPIC, { to: "acme" });
  await world.send("messenger:other", { to: "other" });
  await world.send(TOPIC, { to: "open", last: true }, false);
  await other.until(({ received }) => received.length > 0);
  await open.until(({ received }) => received.length > 1);
  await acme.until(({ received }) => received.length > 0);
  assert.deepEqual(acme.received, [{ to: "acme" }]);
  assert.deepEqual(other.received, [{ to: "other" }]);
  assert.deepEqual(open.received, [{ to: "open" }, { to: "open", last: true }]);
});

inRealtime("a message in another alphabet arrives as it was sent", async (world) => {
  const open = { isPrivate: false };
  const listeners = [
    await world.join("äcmé", open),
    await world.join("äcmé", { ...open, vsn: "1.0.0" }),
  ];
  await world.send("äcmé", { text: "Привет 👋" }, false);
  for (const listener of listeners) {
    await listener.until(({ received }) => received.length > 0);
    assert.deepEqual(listener.received, [{ text: "Привет 👋" }]);
  }
});

inRealtime("a message of more than 256 KiB is lost", async (world) => {
  const listener = await world.joinAs("acme");
  await world.send(TOPIC, { text: "x".repeat(256 * 1024) });
  await world.send(TOPIC, { text: "x".repeat(255 * 1024) });
  await listener.until(({ received }) => received.length > 0);
  assert.deepEqual(listener.received.map(({ text }) => String(text).length), [255 * 1024]);
});

inRealtime("a channel hears when the slot streams if it asks for that", async (world) => {
  const quiet = await world.joinAs("acme");
  const listener = await world.joinAs("acme", { wantsReplicationReady: true });
  await listener.until(({ system }) => system.length > 0);
  assert.deepEqual(listener.system, [{
    extension: "system",
    status: "ok",
    message: "Replication connection established",
    channel: TOPIC,
  }]);
  await world.send(TOPIC, {});
  await quiet.until(({ received }) => received.length > 0);
  assert.deepEqual(quiet.system, []);
});

inRealtime("nothing comes to a channel that was left", async (world) => {
  const stays = await world.joinAs("acme");
  const leaves = await world.joinAs("acme");
  const [channel] = leaves.client.getChannels();
  await leaves.joinAnother("second"); // else the socket is closed with its only channel
  await leaves.client.removeChannel(channel);
  await leaves.joinAnother("third"); // answered after the leave was
  await world.send(TOPIC, {});
  await stays.until(({ received }) => received.length > 0);
  assert.equal(world.realtime.counts.broadcasts, 1);
});

inRealtime("what is sent while nobody is joined goes to nobody", async (world) => {
  const first = await world.joinAs("acme");
  await first.client.removeAllChannels();
  await world.sendAndTell(TOPIC, { n: 1 });
  const second = await world.join(TOPIC, { token: await memberToken("acme") });
  await world.send(TOPIC, { n: 2 });
  await second.until(({ received }) => received.length > 0);
  assert.deepEqual(second.received, [{ n: 2 }]);
});
