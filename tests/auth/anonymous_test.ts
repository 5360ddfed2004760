/** Anonymous sign-ins: nobody in particular, and as many as they like. */
import assert from "node:assert/strict";
import { accepts, refuses } from "../support/access.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld } from "../support/world.ts";

const anonymous = (sub: string = crypto.randomUUID()) => userToken({ sub, is_anonymous: true });

for (const value of [undefined, "false"]) {
  inWorld(
    `authenticate refuses anonymous users when ALLOW_ANONYMOUS_USERS is ${value ?? "not set"}`,
    async (world) => {
      await refuses(world, `Bearer ${await anonymous()}`);
      const { error } = await (await world.call("wpp-qr", { token: await anonymous() })).json();
      assert.match(error.message, /ALLOW_ANONYMOUS_USERS/);
    },
    { env: { ALLOW_ANONYMOUS_USERS: value } },
  );
}

inWorld("authenticate takes anonymous users when ALLOW_ANONYMOUS_USERS is true", async (world) => {
  const sub = crypto.randomUUID();
  await accepts(world, await anonymous(sub), sub);
}, { env: { ALLOW_ANONYMOUS_USERS: "true" } });

for (const value of ["yes", "1", "TRUE", "on", "no", "0"]) {
  inWorld(`authenticate is misconfigured when ALLOW_ANONYMOUS_USERS is ${value}`, async (world) => {
    const response = await world.call("wpp-status", { token: await userToken() });
    const { error } = await response.json();
    assert.deepEqual([response.status, error.code], [500, "misconfigured"]);
    assert.match(error.message, /ALLOW_ANONYMOUS_USERS must be true or false/);
    assert.deepEqual(world.serviceCalls, []);
  }, { env: { ALLOW_ANONYMOUS_USERS: value } });
}

inWorld(
  "authenticate takes a sub when it is no UUID, which is the message's author and no connection's",
  async (world) => {
    const token = await userToken({ sub: "firebase|007" });
    const created = await world.call("wpp-create", { token });
    assert.equal(created.status, 201);
    world.simulator.scan((await created.json()).session);
    const body = { to: "+79991112233", text: "hello" };
    assert.equal((await world.call("wpp-send", { token, body })).status, 202);
    const organization_id = "firebase|007";
    assert.deepEqual(
      await world.row("select organization_id, created_by from messenger_integrations"),
      { organization_id, created_by: null },
    );
    assert.deepEqual(
      await world.row("select organization_id, author from messenger_messages"),
      { organization_id, author: organization_id },
    );
  },
);
