/** wpp-webhook answers 503 for what it could not store, so that the platform sends it again. */
import assert from "node:assert/strict";
import { withEnvironment } from "../support/environment.ts";
import {
  connectHooked,
  databaseCalls,
  events,
  incoming,
  messages,
  post,
  tell,
  withId,
} from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

const isReceive = ({ url }: Request) => url.endsWith("/messenger_receive");

/** It answers 503, and stores the event when it is posted again. */
async function failsThenStores(world: World, hook: string, body: unknown): Promise<void> {
  const response = await world.fastForward(() => post(hook, body));
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code, error.retryable], [
    503,
    "database_unavailable",
    true,
  ]);
  assert.match(error.message, /not stored/);
  assert.equal(response.headers.get("retry-after"), "5");
  world.intercept = undefined;
  await tell(hook, body);
}

const refusal = (status: number, code: string) => () => Response.json({ code }, { status });
const FAILURES: Record<string, () => Response> = {
  "is down": () => Response.error(),
  "says that it starts": refusal(503, "57P03"),
  "found a deadlock": refusal(500, "40P01"),
  "has no memory left": refusal(500, "53200"),
  "has lost its connection": refusal(503, "PGRST001"),
  "is not migrated": refusal(404, "PGRST202"),
  "refuses the secret key": refusal(401, "PGRST301"),
  "is behind a proxy that fails": () => new Response("<html>", { status: 502 }),
  "answers what nobody understands": () => Response.json({ outcome: 5 }),
};
inWorld("wpp-webhook answers 503 when the database cannot store", async (world) => {
  const { hook, session } = await connectHooked(world);
  await post(hook, "{}");
  let stored = 0;
  for (const [what, fail] of Object.entries(FAILURES)) {
    world.intercept = fail;
    await failsThenStores(world, hook, incoming(session, { text: what }));
    const texts = (await messages(world)).map(({ text }) => text);
    assert.deepEqual([texts.length, texts.at(-1)], [++stored, what]);
  }
});

inWorld("wpp-webhook answers 503 when a token cannot be looked up", async (world) => {
  const { hook, session } = await connectHooked(world);
  world.intercept = () => Response.error();
  await failsThenStores(world, hook, incoming(session));
});

const EVENTS: Record<string, { of: (session: string) => object; stored: number }> = {
  "without an id it is there twice": { of: (session) => incoming(session), stored: 2 },
  "with an id it is there once": { of: (session) => withId(session, "evt_1"), stored: 1 },
};
for (const [what, { of, stored }] of Object.entries(EVENTS)) {
  inWorld(
    `wpp-webhook answers 503 when the answer of the database is lost: ${what}`,
    async (world) => {
      const { hook, session } = await connectHooked(world);
      await post(hook, "{}");
      world.intercept = async (request) => {
        assert.equal((await world.reach(request)).status, 200);
        return Response.error();
      };
      await failsThenStores(world, hook, of(session));
      assert.equal((await messages(world)).length, stored);
      const reasons = (await events(world)).map(({ reason }) => reason);
      assert.deepEqual(reasons, ["unknown_event"], "of the first post alone");
    },
  );
}

/** The database does its work, and does not answer before the caller has given up. */
function answerLate(world: World): void {
  world.intercept = async (request) => {
    if (!isReceive(request)) return undefined;
    await world.reach(request.clone());
    world.busy--; // the clock may move on
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    world.busy++;
    return Response.error();
  };
}

inWorld("wpp-webhook answers 503 when the database answers late", async (world) => {
  const { hook, session } = await connectHooked(world);
  await post(hook, "{}");
  answerLate(world);
  await failsThenStores(world, hook, withId(session, "evt_1"));
  assert.equal((await messages(world)).length, 1);
});

inWorld("wpp-webhook answers 503 when it is misconfigured", async (world) => {
  const { hook, session } = await connectHooked(world);
  const calls = databaseCalls(world);
  using _environment = withEnvironment({ WPP_BASE_URL: undefined });
  const response = await post(hook, incoming(session));
  assert.equal(response.status, 503);
  assert.deepEqual(calls(), []);
  const line = JSON.stringify(world.logs.at(-1));
  assert.match(line, /misconfigured/);
});

const refusing = (code: string, times: number) => {
  let left = times;
  return (request: Request) => isReceive(request) && left-- > 0 ? refusal(400, code)() : undefined;
};
for (const code of ["22P05", "22021", "23514"]) {
  inWorld(`wpp-webhook quarantines what the database refuses by ${code}`, async (world) => {
    const { hook, session } = await connectHooked(world);
    await post(hook, "{}");
    const base64 = btoa("a picture ".repeat(10_000));
    const bodies = [incoming(session), { ...incoming(session), type: "image", media: { base64 } }]
      .map((body) => JSON.stringify(body));
    for (const body of bodies) {
      world.intercept = refusing(code, 1);
      const calls = databaseCalls(world);
      await tell(hook, body);
      assert.deepEqual(calls(), ["messenger_receive", "messenger_receive"]);
      const { kind, reason, base64 } = (await events(world)).at(-1)!;
      assert.deepEqual([kind, reason], ["quarantined", `database_${code}`]);
      const kept = atob(String(base64).replaceAll("\n", ""));
      assert.equal(kept, body.slice(0, 64 * 1024));
      assert.deepEqual(world.logs.at(-1)?.event, {
        type: "message",
        outcome: "quarantined",
        reason: `database_${code}`,
      });
    }
    assert.equal((await messages(world)).length, 0);
  });
}

inWorld(
  "wpp-webhook answers 503 when the database refuses the quarantined event too",
  async (world) => {
    const { hook, session } = await connectHooked(world);
    await post(hook, "{}");
    world.intercept = refusing("22P05", 2);
    const calls = databaseCalls(world);
    assert.equal((await post(hook, incoming(session))).status, 503);
    assert.equal(calls().length, 2);
  },
);
