/** What wpp-create says to whom while a claim stands, and what forbids one. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { outcome, rowOf } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld } from "../support/world.ts";

const UNCERTAIN: Record<string, Fault> = {
  "a 503": { kind: "respond", status: 503 },
  "nothing in time": { kind: "hang" },
};
for (const [what, fault] of Object.entries(UNCERTAIN)) {
  inWorld(
    `wpp-create tells whose creation may still run, and for how long, when the platform answered ${what}`,
    async (world) => {
      const app_metadata = { organization_id: "shop" };
      const [token, colleague] = [
        await userToken({ app_metadata }),
        await userToken({ app_metadata }),
      ];
      const create = async (token: string) =>
        await outcome(await world.fastForward(() => world.call("wpp-create", { token })));
      world.simulator.misbehave("create", fault);
      assert.ok((await create(token)).status >= 500);
      await world.database.exec(
        "update messenger_integrations set claimed_until = now() + interval '17 s'",
      );
      const own = await create(token);
      assert.deepEqual([own.status, own.code], [409, "creation_in_progress"]);
      assert.match(own.error.message, /Your own earlier call/);
      const other = await create(colleague);
      assert.deepEqual([other.status, other.code], [409, "creation_in_progress"]);
      assert.doesNotMatch(other.error.message, /[Yy]our own/);
      for (const { retryAfter } of [own, other]) {
        assert.ok(Number(retryAfter) > 8 && Number(retryAfter) <= 17, `Retry-After: ${retryAfter}`);
        assert.match(retryAfter!, /^\d+$/);
      }
      assert.equal(world.simulator.countOf("create"), 1);
    },
  );
}

inWorld("wpp-create does not wait when its last try was refused for certain", async (world) => {
  const token = await userToken();
  world.simulator.misbehave("create", { kind: "respond", status: 403 });
  await world.call("wpp-create", { token });
  assert.equal((await rowOf(world))?.claimed_until, null);
  const claims = () => world.serviceCalls.filter(({ path }) => path.endsWith("_claim_connection"));
  assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 201);
  assert.equal(claims().length, 2);
});

const CONSTRAINTS: Record<string, string> = {
  "the row": "check (length(name) < 3)",
  "a status that comes later": "check (status <> 'disconnected')",
  "an apiKey": "check (not settings ? 'apiKey')",
};
for (const [what, constraint] of Object.entries(CONSTRAINTS)) {
  inWorld(
    `wpp-create names the constraint, and calls nobody, when it forbids ${what}`,
    async (world) => {
      const alter = (change: string) =>
        world.database.exec(`alter table messenger_integrations ${change}`);
      await alter(`add constraint ours_alone ${constraint}`);
      try {
        const { status, code, error } = await outcome(
          await world.call("wpp-create", { token: await userToken(), body: { name: "Shop" } }),
        );
        assert.deepEqual([status, code], [500, "misconfigured"]);
        assert.match(error.message, /ours_alone/);
        assert.deepEqual(world.simulator.requests, []);
        assert.equal(await rowOf(world), undefined);
      } finally {
        await alter("drop constraint ours_alone");
      }
    },
  );
}
