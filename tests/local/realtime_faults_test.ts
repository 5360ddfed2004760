/** What the stand-in does worse when it is told to. */
import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { inRealtime, type Listener, memberToken } from "../support/realtime.ts";

const TOPIC = "messenger:acme";

function numbersOf({ received }: Listener): unknown[] {
  return received.map(({ n }) => n);
}

inRealtime("dropEvery loses every n-th message", async (world) => {
  world.realtime.faults.dropEvery = 3;
  const listener = await world.joinAs("acme");
  await world.sendNumbers(TOPIC, 8);
  await listener.until(({ received }) => received.length >= 6);
  assert.deepEqual(numbersOf(listener), [1, 2, 4, 5, 7, 8]);
});

inRealtime("doubleEvery sends every n-th message twice", async (world) => {
  world.realtime.faults.doubleEvery = 2;
  const listener = await world.joinAs("acme");
  await world.sendNumbers(TOPIC, 5);
  await listener.until(({ received }) => received.length >= 7);
  assert.deepEqual(numbersOf(listener), [1, 2, 2, 3, 4, 4, 5]);
});

inRealtime("reorder swaps neighbours, and sends the last one alone", async (world) => {
  world.realtime.faults.reorder = true;
  const listener = await world.joinAs("acme");
  await world.sendNumbers(TOPIC, 5);
  await listener.until(({ received }) => received.length >= 5);
  assert.deepEqual(numbersOf(listener), [2, 1, 4, 3, 5]);
});

inRealtime("rateLimitPerS loses what is over it, until the next second", async (world) => {
  world.realtime.faults.rateLimitPerS = 3;
  const listener = await world.joinAs("acme");
  const clock = FakeTimers.install({ now: Math.floor(Date.now() / 1000) * 1000, toFake: ["Date"] });
  try {
    await world.database.exec(`do $$ begin
      for n in 1..5 loop
        perform realtime.send(jsonb_build_object('n', n), 'change', '${TOPIC}');
      end loop;
    end $$`);
    await listener.until(({ received }) => received.length >= 3);
    clock.tick(1000);
    await world.send(TOPIC, { n: 6 });
    await listener.until(({ received }) => received.length >= 4);
  } finally {
    clock.uninstall();
  }
  assert.deepEqual(numbersOf(listener), [1, 2, 3, 6]);
});

inRealtime("slotAfterMs loses what is sent before, though the channel is joined", async (world) => {
  world.realtime.faults.slotAfterMs = 10_000;
  await world.sendAndTell(TOPIC, { n: 0 }); // Postgres.js connects in timers
  const clock = FakeTimers.install({
    toFake: ["setTimeout", "clearTimeout"],
    shouldClearNativeTimers: true,
  });
  let listener: Listener;
  try {
    listener = await world.joinAs("acme", { wantsReplicationReady: true });
    await world.sendAndTell(TOPIC, { n: 1 });
    assert.deepEqual(listener.system, []);
    clock.tick(10_000);
    await listener.until(({ system }) => system.length > 0);
  } finally {
    clock.uninstall();
  }
  await world.send(TOPIC, { n: 2 });
  await listener.until(({ received }) => received.length > 0);
  assert.deepEqual(numbersOf(listener), [2]);
});

inRealtime("dropPartition makes send fail without a word, and joins with one", async (world) => {
  const listener = await world.joinAs("acme");
  await world.realtime.dropPartition();
  await world.send(TOPIC, { n: 1 });
  const refused = await world.join(TOPIC, { token: await memberToken("acme") });
  assert.equal(
    refused.states[0],
    "CHANNEL_ERROR: MissingPartition: Realtime was unable to find the expected messages partition",
  );
  await world.realtime.makePartitions();
  await world.send(TOPIC, { n: 2 });
  await listener.until(({ received }) => received.length > 0);
  assert.deepEqual(numbersOf(listener), [2]);
});

inRealtime("deniedJoinMs holds the answer of a join that is refused", async (world) => {
  world.realtime.faults.deniedJoinMs = 5000;
  const token = await memberToken("other");
  const clock = FakeTimers.install({
    toFake: ["setTimeout", "clearTimeout"],
    shouldClearNativeTimers: true,
  });
  try {
    let answered = false;
    const refused = world.join(TOPIC, { token }).finally(() => answered = true);
    while (world.realtime.counts.deniedJoins === 0) await new Promise(setImmediate);
    clock.tick(4999);
    await world.join("open", { isPrivate: false }); // by then, an answer would have come
    assert.equal(answered, false);
    clock.tick(1);
    assert.match((await refused).states[0], /Unauthorized/);
  } finally {
    clock.uninstall();
  }
});

inRealtime(
  "cut breaks the sockets, and what is sent until they are back is lost",
  async (world) => {
    const listener = await world.joinAs("acme");
    world.realtime.faults.refuse = true;
    world.realtime.cut();
    await listener.until(({ states }) => states.length === 2);
    assert.match(listener.states[1], /^CHANNEL_ERROR/);
    await world.send(TOPIC, { n: 1 });
    world.realtime.faults.refuse = false;
    await listener.until(({ states }) => states.length > 2 && states.at(-1) === "SUBSCRIBED");
    await world.send(TOPIC, { n: 2 });
    await listener.until(({ received }) => received.length > 0);
    assert.deepEqual(numbersOf(listener), [2]);
    assert.deepEqual([world.realtime.counts.sockets, world.realtime.openSockets], [2, 1]);
  },
);
