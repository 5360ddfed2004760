/** messenger_erase_organization: all that is held of an organization, once it is disconnected. */
import assert from "node:assert/strict";
import { outcome } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import { addNumber, ask, connectionRows, WITH_SECRET } from "../support/numbers.ts";
import { inWorld, type World } from "../support/world.ts";

const MESSAGE = { to: "+79991112233", text: "hello" };

const erase = async ({ database }: World, organization: string) => {
  const [{ erased }] = await database.query(
    "select messenger_erase_organization($1) as erased",
    [organization],
  );
  return erased;
};

inWorld("an organization is erased after it was disconnected, and no other is", async (world) => {
  const organization = crypto.randomUUID();
  const { token, session } = await world.connect({
    app_metadata: { organization_id: organization },
  });
  const second = await addNumber(world, token);
  const other = await world.connect();
  for (const one of [token, other.token]) await ask(world, "wpp-send", one, MESSAGE);

  for (const one of [session, second.session]) {
    await assert.rejects(erase(world, organization), /still has a connection/);
    await ask(world, "wpp-disconnect", token, { session: one });
  }
  assert.equal((await connectionRows(world)).length, 3);
  const spelled = organization.toUpperCase();
  assert.deepEqual(await erase(world, spelled), { messages: 1, connections: 2 });
  assert.deepEqual(await erase(world, spelled), { messages: 0, connections: 0 });
  assert.deepEqual((await connectionRows(world)).map((row) => row.session), [other.session]);
  const messages = await world.database.query("select session from messenger_messages");
  assert.deepEqual(messages, [{ session: other.session }]);
}, WITH_SECRET);

inWorld(
  "an organization is not erased while it is being connected, or is inactive",
  async (world) => {
    const sub = crypto.randomUUID();
    const token = await userToken({ sub });
    world.simulator.misbehave("create", { kind: "reset", when: "before" });
    assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 502);
    await assert.rejects(erase(world, sub), /still has a connection/);
    await world.database.exec("update messenger_integrations set claimed_until = now()");
    assert.deepEqual(await erase(world, sub), { messages: 0, connections: 1 });

    await ask(world, "wpp-create", token);
    await world.database.exec("update messenger_integrations set is_active = false");
    await assert.rejects(erase(world, sub), /still has a connection/);
  },
);

inWorld("an organization is erased by the service role alone", async (world) => {
  const { database } = world;
  const [rights] = await database.query(
    ["anon", "authenticated", "service_role"].map((role) =>
      `has_function_privilege('${role}', 'messenger_erase_organization(text)', 'execute') as ${role}`
    ).reduce((all, one, i) => all + (i ? ", " : "select ") + one, ""),
  );
  assert.deepEqual(rights, { anon: false, authenticated: false, service_role: true });
  for (const nobody of ["", "nobody", "a\u0001b"]) {
    assert.deepEqual(await erase(world, nobody), { messages: 0, connections: 0 });
  }
});
