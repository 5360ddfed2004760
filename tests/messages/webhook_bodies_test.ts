/** wpp-webhook's bodies: whose are read, how much of them, for how long, and how many at a time. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  connectHooked,
  CountedBody,
  databaseCalls,
  incoming,
  messages,
  newToken,
  post,
} from "../support/webhook.ts";
import { inWorld } from "../support/world.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

const spaces = (size: number) => new Uint8Array(size).fill(0x20);
const encode = (body: unknown) => new TextEncoder().encode(JSON.stringify(body));

/** Lets everything else go on for a while. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 200; turns++) await turn();
}

inWorld("wpp-webhook reads nothing of a stranger's body", async (world) => {
  await connectHooked(world);
  for (const token of ["short", newToken()]) {
    const body = new CountedBody((number) => number <= 32 ? spaces(MIB) : undefined);
    assert.equal((await post(token, body.stream)).status, 404);
    await settle();
    assert.equal(body.taken, 0);
  }
});

inWorld("wpp-webhook counts a body and refuses it beyond 32 MiB", async (world) => {
  const { hook } = await connectHooked(world);
  await post(hook, "{}");
  const calls = databaseCalls(world);
  for (const headers of [new Headers(), new Headers({ "content-length": "10" })]) {
    const body = new CountedBody(() => spaces(MIB));
    const response = await post(hook, body.stream, { headers });
    const { error } = await response.json();
    assert.deepEqual([response.status, error.code], [413, "payload_too_large"]);
    assert.match(error.message, /32 MiB/);
    assert.deepEqual([body.taken, body.isCancelled], [33, true]);
  }
  const declared = new CountedBody(() => spaces(1));
  const headers = { "content-length": String(32 * MIB + 1) };
  assert.equal((await post(hook, declared.stream, { headers })).status, 413);
  assert.equal(declared.taken, 0);
  assert.deepEqual(calls(), []);
});

inWorld("wpp-webhook takes a body of 32 MiB", async (world) => {
  const { hook, session } = await connectHooked(world);
  const event = encode(incoming(session));
  const parts = [event, ...Array.from({ length: 31 }, () => spaces(MIB))];
  parts.push(spaces(MIB - event.length));
  const body = new CountedBody((number) => parts[number - 1]);
  assert.equal((await post(hook, body.stream)).status, 200);
  assert.equal((await messages(world)).length, 1);
});

inWorld("wpp-webhook answers in time when a body stalls, and stores nothing", async (world) => {
  const { hook, session } = await connectHooked(world);
  const event = encode(incoming(session));
  const body = new CountedBody((number) => number === 1 ? event : new Promise<undefined>(() => {}));
  const { response, ms } = await world.fastForward(async () => {
    const startedAt = performance.now();
    const response = await post(hook, body.stream);
    return { response, ms: performance.now() - startedAt };
  });
  const { error } = await response.json();
  assert.deepEqual([response.status, error.retryable], [503, true]);
  assert.ok(ms >= 20_000 && ms < 25_000, `after ${ms} ms`);
  assert.equal(body.isCancelled, true);
  assert.equal((await messages(world)).length, 0);
});

/** An event in chunks of 64 KiB, of which the last is let out, or broken, by hand. */
function large(session: string, text: string) {
  const event = encode(incoming(session, { text }));
  const end = Promise.withResolvers<Uint8Array<ArrayBuffer> | undefined>();
  const body = new CountedBody((number) => {
    if (number === 1) return event;
    return number <= 10 ? spaces(64 * KIB) : end.promise;
  });
  return {
    body,
    finish: () => end.resolve(undefined),
    break: () => end.reject(new Error("The connection broke")),
  };
}
/** Chunks after which a body is over 256 KiB. */
const UNTIL_LARGE = 5;

for (const ending of ["finish", "break"] as const) {
  inWorld(
    `wpp-webhook reads a second large body when the first one's has come to its ${ending}`,
    async (world) => {
      const { hook, session } = await connectHooked(world);
      await post(hook, "{}");
      const [first, second] = [large(session, "first"), large(session, "second")];
      const one = post(hook, first.body.stream);
      await settle();
      assert.equal(first.body.taken, 11);
      const other = post(hook, second.body.stream);
      second.finish();
      await settle();
      assert.equal(second.body.taken, UNTIL_LARGE);
      assert.equal((await post(hook, incoming(session, { text: "small" }))).status, 200);
      assert.equal(second.body.taken, UNTIL_LARGE, "small ones go on meanwhile");
      first[ending]();
      assert.equal((await one).status, ending === "finish" ? 200 : 503);
      assert.equal((await other).status, 200);
      const texts = (await messages(world)).map(({ text }) => text);
      const all = ["small", ...(ending === "finish" ? ["first"] : []), "second"];
      assert.deepEqual(texts, all);
    },
  );
}

inWorld("wpp-webhook stores a large body before it reads the next one", async (world) => {
  const { hook, session } = await connectHooked(world);
  await post(hook, "{}");
  const [first, second] = [large(session, "first"), large(session, "second")];
  const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.intercept = async () => {
    arrived.resolve();
    await released.promise;
    return undefined;
  };
  first.finish();
  second.finish();
  const one = post(hook, first.body.stream);
  await arrived.promise;
  const other = post(hook, second.body.stream);
  await settle();
  assert.equal(second.body.taken, UNTIL_LARGE);
  released.resolve();
  assert.deepEqual([(await one).status, (await other).status], [200, 200]);
});
