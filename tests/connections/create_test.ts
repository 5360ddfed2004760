/** Creation that survives: one platform client for an organization, whoever races or dies. */
import assert from "node:assert/strict";
import { dieWhileCreating, endLease, outcome, rowOf } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld } from "../support/world.ts";

inWorld("wpp-create answers creation_in_progress while another holds the lease", async (world) => {
  const token = await userToken();
  await dieWhileCreating(world, token);
  const response = await world.fastForward(() => world.call("wpp-create", { token }));
  const { status, code, retryAfter } = await outcome(response);
  assert.deepEqual([status, code], [409, "creation_in_progress"]);
  assert.ok(Number(retryAfter) > 0 && Number(retryAfter) <= 30, String(retryAfter));
  assert.equal(world.simulator.countOf("create"), 1);
});

inWorld(
  "wpp-create answers the connection of a creation elsewhere when that ends while it polls",
  async (world) => {
    const token = await userToken();
    const row = await dieWhileCreating(world, token);
    let polls = 0;
    world.intercept = async (request) => {
      if (!request.url.endsWith("/messenger_claim_connection") || ++polls !== 3) return undefined;
      await world.database.query(
        "select messenger_finish_claim($1, $2, 'key', 'session', 'starting')",
        [
          row?.id,
          row?.claim_id,
        ],
      );
      return undefined;
    };
    const response = await world.fastForward(() => world.call("wpp-create", { token }));
    const { status, session, created } = await outcome(response);
    assert.deepEqual([status, session, created], [200, "session", false]);
    assert.equal(world.simulator.countOf("create"), 1);
  },
);

inWorld(
  "wpp-create takes over under the same idempotency key when the creator died",
  async (world) => {
    const token = await userToken();
    const before = await dieWhileCreating(world, token);
    await endLease(world);
    const { status, integrationId } = await outcome(await world.call("wpp-create", { token }));
    assert.deepEqual([status, integrationId], [201, before?.id]);
    const keys = world.simulator.requests.map(({ headers }) => headers["idempotency-key"]);
    assert.deepEqual(keys, [before?.claim_id, before?.claim_id]);
  },
);

inWorld("wpp-create gets the same client again when the first answer was lost", async (world) => {
  const token = await userToken();
  world.simulator.misbehave("create", { kind: "reset", when: "before", execute: true });
  assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 502);
  await endLease(world);
  const { status, session } = await outcome(await world.call("wpp-create", { token }));
  assert.deepEqual([status, session], [201, world.simulator.clients[0].session]);
  assert.equal(world.simulator.clients.length, 1);
});

inWorld(
  "wpp-create saves the apiKey when a takeover has released the claim meanwhile",
  async (world) => {
    let unavailable = true;
    world.intercept = (request) =>
      request.url.endsWith("/messenger_finish_claim") && unavailable ? Response.error() : undefined;
    const token = await userToken();
    await world.fastForward(async () => {
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 503);
      await endLease(world);
      world.simulator.misbehave("create", { kind: "respond", status: 429 });
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 429);
      unavailable = false;
      while ((await rowOf(world))?.session === null) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    assert.equal((await rowOf(world))?.session, world.simulator.clients[0].session);
  },
);

inWorld("wpp-create saves the apiKey when the database fails three times", async (world) => {
  let failures = 3;
  world.intercept = (request) =>
    request.url.endsWith("/messenger_finish_claim") && failures-- > 0
      ? Response.error()
      : undefined;
  const token = await userToken();
  const response = await world.fastForward(() => world.call("wpp-create", { token }));
  assert.equal(response.status, 201);
  assert.equal(world.simulator.countOf("create"), 1);
  assert.equal(failures, -1);
});

inWorld(
  "wpp-create goes on saving the apiKey after its response when the database is unavailable",
  async (world) => {
    let unavailable = true;
    world.intercept = (request) =>
      request.url.endsWith("/messenger_finish_claim") && unavailable ? Response.error() : undefined;
    const token = await userToken();
    await world.fastForward(async () => {
      const { status, code } = await outcome(await world.call("wpp-create", { token }));
      assert.deepEqual([status, code], [503, "database_unavailable"]);
      assert.equal((await rowOf(world))?.session, null);
      unavailable = false;
      while ((await rowOf(world))?.session === null) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    const again = await outcome(await world.call("wpp-create", { token }));
    assert.deepEqual([again.status, again.created], [200, false]);
    assert.equal(world.simulator.clients.length, 1);
  },
);

inWorld(
  "messenger_finish_claim keeps the first apiKey when a claim is finished twice",
  async (world) => {
    const row = await dieWhileCreating(world, await userToken());
    const finish = async (key: string) => {
      const [{ answer }] = await world.database.query(
        "select messenger_finish_claim($1, $2, $3, 'session-of-' || $3, 'starting') as answer",
        [row?.id, row?.claim_id, key],
      );
      return (answer as { integration: { session: string } }).integration.session;
    };
    assert.equal(await finish("first"), "session-of-first");
    assert.equal(await finish("second"), "session-of-first");
  },
);
