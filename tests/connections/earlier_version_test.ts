/** Rows that an earlier version of this integration stored, whole or not. */
import assert from "node:assert/strict";
import { outcome, rowOf } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld, type World } from "../support/world.ts";

const INCOMPLETE_SETTINGS = {
  "no apiKey": '{"wppApiKey": null, "wppAccountNumber": "7999"}',
  "neither apiKey nor session": '{"wppApiKey": null, "wppAccountNumber": null}',
  "an empty apiKey": '{"wppApiKey": "", "wppAccountNumber": "7999"}',
  "an empty session": '{"wppApiKey": "key", "wppAccountNumber": ""}',
  "other settings alone": '{"extra": 1}',
  "null as settings": "null",
};
for (const [name, settings] of Object.entries(INCOMPLETE_SETTINGS)) {
  inWorld(
    `wpp-create completes an earlier version's row when it has ${name}`,
    async (world) => {
      const sub = crypto.randomUUID();
      const token = await userToken({ sub });
      const [{ id }] = await world.database.query(
        `insert into messenger_integrations (organization_id, name, settings)
       values ($1, 'Old', $2::text::jsonb) returning id`,
        [sub, settings],
      );
      assert.equal(
        (await outcome(await world.call("wpp-status", { token }))).code,
        "integration_not_found",
      );
      const body = { to: "+79991112233", text: "hi" };
      const headers = { "idempotency-key": "key-1" };
      const send = async () =>
        await outcome(await world.call("wpp-send", { token, body, headers }));
      assert.equal((await send()).code, "integration_not_found");
      const created = await outcome(await world.call("wpp-create", { token }));
      assert.deepEqual([created.status, created.created, created.integrationId], [201, true, id]);
      assert.equal((await rowOf(world))?.name, "Old");
      world.simulator.scan(created.session);
      assert.equal((await send()).status, 202);
    },
  );
}

inWorld(
  "wpp-create answers an earlier version's connection when its settings have the former names",
  async (world) => {
    const sub = crypto.randomUUID();
    const { apiKey, session } = await clientOfEarlierVersion(world);
    await world.database.query(
      `insert into messenger_integrations (organization_id, settings) values ($1, jsonb_build_object(
      'wppApiKey', $2::text, 'wppAccountNumber', $3::text))`,
      [sub, apiKey, session],
    );
    const token = await userToken({ sub });
    const created = await outcome(await world.call("wpp-create", { token }));
    assert.deepEqual([created.status, created.session, created.created], [200, session, false]);
    const status = await outcome(await world.call("wpp-status", { token, body: { session } }));
    assert.deepEqual([status.status, status.session], [200, session]);
  },
);

inWorld(
  "wpp-status finds no connection when the stored session would climb out of its path",
  async (world) => {
    const sub = crypto.randomUUID();
    await world.database.query(
      `insert into messenger_integrations (organization_id, settings)
     values ($1, '{"apiKey": "key", "session": ".."}')`,
      [sub],
    );
    const { code } = await outcome(
      await world.call("wpp-status", { token: await userToken({ sub }) }),
    );
    assert.equal(code, "integration_not_found");
    assert.equal(world.simulator.requests.length, 0);
  },
);

async function clientOfEarlierVersion(world: World) {
  await world.call("wpp-create", { token: await userToken() });
  await world.database.exec("delete from messenger_integrations");
  return world.simulator.clients[0];
}
