/** Who may join the stand-in's channels, and for how long: supabase-js and policies are real. */
import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { sign, userClaims } from "../support/jwt.ts";
import { inRealtime, memberToken } from "../support/realtime.ts";

const TOPIC = "messenger:acme";
const NOT_PERMITTED =
  `CHANNEL_ERROR: Unauthorized: You do not have permissions to read from this Channel topic: ${TOPIC}`;

inRealtime("a channel is joined when its policy lets the user read", async (world) => {
  const listener = await world.joinAs("acme");
  await world.send(TOPIC, { change: 7 });
  await listener.until(({ received }) => received.length === 1);
  const [{ id }] = await world.database.query(
    "select id from realtime.messages order by inserted_at desc limit 1",
  );
  assert.deepEqual(listener.broadcasts, [{
    type: "broadcast",
    event: "change",
    payload: { change: 7, id },
    meta: { id },
  }]);
  assert.equal(world.realtime.counts.joins, 1);
});

const STRANGERS: [who: string, token: () => Promise<string | undefined>, says: RegExp][] = [
  ["is of another organization", () => memberToken("other"), new RegExp(`^${NOT_PERMITTED}$`)],
  ["is not signed in", () => Promise.resolve(undefined), new RegExp(`^${NOT_PERMITTED}$`)],
  [
    "has a token that is over",
    () => memberToken("acme", { exp: Math.floor(Date.now() / 1000) - 9 }),
    /^CHANNEL_ERROR: InvalidJWTToken: Token has expired (9|10) seconds ago$/,
  ],
  [
    "has a token that somebody else signed",
    () => sign(userClaims(), new TextEncoder().encode("another-secret-that-is-long-enough")),
    /^CHANNEL_ERROR: JwtSignatureError: Failed to validate JWT signature$/,
  ],
  [
    "has a token without a role",
    () => memberToken("acme", { role: undefined }),
    /^CHANNEL_ERROR: InvalidJWTToken: Fields `role` and `exp` are required in JWT$/,
  ],
  [
    "has a token of a role that does not exist",
    () => memberToken("acme", { role: "nobody" }),
    new RegExp(`^${NOT_PERMITTED}$`),
  ],
];
for (const [who, token, says] of STRANGERS) {
  inRealtime(`a channel is refused when the user ${who}`, async (world) => {
    using _console = captureErrors();
    const listener = await world.join(TOPIC, { token: await token() });
    assert.match(listener.states[0], says);
    assert.deepEqual([world.realtime.counts.joins, world.realtime.counts.deniedJoins], [0, 1]);
  });
}

inRealtime("no row is left of joins that were tried", async (world) => {
  await world.database.exec("delete from realtime.messages");
  await world.joinAs("acme");
  await world.join(TOPIC, { token: await memberToken("other") });
  assert.deepEqual(await world.database.query("select id from realtime.messages"), []);
});

inRealtime("a channel is refused when its policy fails", async (world) => {
  await world.database.exec(
    "create policy broken on realtime.messages for select to authenticated using (1 / 0 = 1)",
  );
  using console = captureErrors();
  try {
    const listener = await world.join(TOPIC, { token: await memberToken("acme") });
    assert.equal(listener.states[0], NOT_PERMITTED);
    assert.match(console.lines.join(), /policy of realtime\.messages fails.*division by zero/);
  } finally {
    await world.database.exec("drop policy broken on realtime.messages");
  }
});

inRealtime("a channel ends when its token does", async (world) => {
  using time = endingToken();
  const token = await memberToken("acme", { exp: time.endsAtS });
  const listener = await world.joinAs("acme", { token });
  time.clock.tick(1999);
  assert.deepEqual(listener.system, []);
  time.clock.tick(1);
  await listener.until(({ states }) => states.includes("CLOSED"));
  const message = "Token has expired 0 seconds ago";
  assert.deepEqual(listener.system, [
    { extension: "system", status: "error", message, channel: TOPIC },
  ]);
});

inRealtime("a channel goes on with a new token, and past the end of the old one", async (world) => {
  const time = endingToken();
  const token = await memberToken("acme", { exp: time.endsAtS });
  const listener = await world.joinAs("acme", { token });
  await listener.client.realtime.setAuth(await memberToken("acme", { exp: time.endsAtS + 60 }));
  // The join of a second channel is answered after the token was taken: a socket's frames wait.
  await listener.joinAnother("open");
  time.clock.tick(3000);
  time[Symbol.dispose](); // Postgres.js connects in timers
  await world.send(TOPIC, { after: true });
  await listener.until(({ received }) => received.length === 1);
  assert.deepEqual(listener.states, ["SUBSCRIBED"]);
});

inRealtime("a channel ends when its new token may not read it", async (world) => {
  const listener = await world.joinAs("acme");
  await listener.client.realtime.setAuth(await memberToken("other"));
  await listener.until(({ states }) => states.includes("CLOSED"));
  const message = `You do not have permissions to read from this Channel topic: ${TOPIC}`;
  assert.deepEqual(listener.system.map((system) => system.message), [message]);
  const again = await world.joinAs("acme");
  await world.send(TOPIC, { late: true });
  await again.until(({ received }) => received.length === 1);
  assert.deepEqual(listener.received, []);
});

inRealtime("a join waits for its turn when a request has the only connection", async (world) => {
  const { database } = world;
  if (!database.hasOneConnection) return;
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const request = database.inTurn(async () => {
    await database.exec("begin; set local role anon");
    await held;
    await database.exec("rollback");
  });
  const joined = world.joinAs("acme");
  await new Promise((resolve) => setTimeout(resolve)); // what would not wait would begin now
  release();
  await request;
  await joined;
});

/** Stops the clock 2 s before the end of a token. */
function endingToken() {
  const endsAtS = Math.floor(Date.now() / 1000) + 60;
  const clock = FakeTimers.install({
    now: (endsAtS - 2) * 1000,
    toFake: ["setTimeout", "clearTimeout", "Date"],
    shouldClearNativeTimers: true,
  });
  return { endsAtS, clock, [Symbol.dispose]: () => clock.uninstall() };
}

/** Takes what is written by console.error, until disposed. */
function captureErrors(): Disposable & { lines: string[] } {
  const lines: string[] = [];
  const { error } = console;
  console.error = (...parts) => void lines.push(parts.join(" "));
  return { lines, [Symbol.dispose]: () => void (console.error = error) };
}
