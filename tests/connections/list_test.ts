/** wpp-connections: what is listed, renamed, and which is the primary one. */
import assert from "node:assert/strict";
import { connectionsOutput } from "../../supabase/functions/_shared/wpp/contract.ts";
import { userToken } from "../support/jwt.ts";
import {
  addNumber,
  answerOf,
  ask,
  connectionRows,
  listed,
  WITH_SECRET,
} from "../support/numbers.ts";
import { inWorld, type World } from "../support/world.ts";

const primaries = async (world: World, token: string) =>
  (await listed(world, token)).filter(({ isPrimary }) => isPrimary).map(({ session }) => session);

/** How many requests went to the database, and to the platform. */
const requests = (world: World) => [world.serviceCalls.length, world.simulator.requests.length];

inWorld("wpp-connections lists in one read, and asks nothing of the platform", async (world) => {
  const { token, session } = await world.connect();
  await ask(world, "wpp-status", token);
  const second = await addNumber(world, token, "Second");
  const [reads, calls] = requests(world);
  const { http, connections } = await ask(world, "wpp-connections", token);
  assert.deepEqual(requests(world), [reads + 1, calls]);
  assert.equal(http, 200);
  connectionsOutput.parse({ connections });
  const [first] = await connectionRows(world);
  const webhook = { registeredAt: null, lastEventAt: null };
  assert.deepEqual(connections[0], {
    integrationId: first.id,
    session,
    name: "WhatsApp",
    status: "connected",
    isPrimary: true,
    phone: null,
    createdAt: new Date(first.created_at as string).toISOString(),
    webhook,
  });
  const { createdAt, ...rest } = connections[1];
  assert.match(createdAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(rest, {
    integrationId: second.integrationId,
    session: second.session,
    name: "Second",
    status: "starting",
    isPrimary: false,
    phone: null,
    webhook,
  });
}, WITH_SECRET);

inWorld("wpp-connections shows no secret, and no row of others", async (world) => {
  const { token } = await world.connect();
  await ask(world, "wpp-status", token); // now the row holds a token
  await world.connect();
  const text = await (await world.call("wpp-connections", { token })).text();
  const row = await world.row(
    "select settings ->> 'apiKey' as key, access_token, credentials_id from messenger_integrations " +
      "where access_token is not null",
  );
  for (const secret of Object.values(row!)) assert.ok(!text.includes(String(secret)));
  assert.equal(JSON.parse(text).connections.length, 1);
});

inWorld("wpp-connections lists nothing while nothing was created", async (world) => {
  const token = await userToken();
  assert.deepEqual(await listed(world, token), []);
  world.simulator.misbehave("create", { kind: "reset", when: "before" });
  assert.equal((await ask(world, "wpp-create", token)).http, 502);
  assert.deepEqual(await listed(world, token), []);
});

inWorld("wpp-connections lists the others when a row has what no session can be", async (world) => {
  const { token, session } = await world.connect();
  const [{ organization_id }] = await connectionRows(world);
  for (const odd of ["..", "x".repeat(256), "\u0001"]) {
    await world.database.query(
      "insert into messenger_integrations (organization_id, settings) values ($1, $2::text::jsonb)",
      [organization_id, JSON.stringify({ apiKey: "key", session: odd })],
    );
  }
  assert.deepEqual((await listed(world, token)).map((one) => one.session), [session]);
});

inWorld("wpp-connections lists a row that says not when it was made", async (world) => {
  const { token } = await world.connect();
  await world.database.exec(
    "alter table messenger_integrations alter created_at drop not null; " +
      "update messenger_integrations set created_at = null",
  );
  try {
    assert.equal((await listed(world, token)).length, 1);
  } finally {
    await world.database.exec(
      "update messenger_integrations set created_at = now(); " +
        "alter table messenger_integrations alter created_at set not null",
    );
  }
});

inWorld("wpp-connections lists and renames a row whose id has no version", async (world) => {
  const { token, session } = await world.connect();
  const integrationId = "11111111-1111-1111-1111-111111111111"; // as seeds and md5(…)::uuid write them
  await world.database.query(
    "update messenger_integrations set id = $1 where session = $2",
    [integrationId, session],
  );
  assert.deepEqual((await listed(world, token)).map((one) => one.integrationId), [integrationId]);
  const renamed = await ask(world, "wpp-connections", token, { session, name: "Shop" });
  assert.deepEqual([renamed.http, renamed.integrationId], [200, integrationId]);
});

inWorld("wpp-connections renames a connection, a disconnected one too", async (world) => {
  const { token, session } = await world.connect();
  const [reads, calls] = requests(world);
  const renamed = await ask(world, "wpp-connections", token, { session, name: "Workshop" });
  assert.deepEqual(requests(world), [reads + 1, calls]);
  assert.deepEqual([renamed.http, renamed.name, renamed.isPrimary], [200, "Workshop", true]);
  await ask(world, "wpp-disconnect", token, { session });
  const again = await ask(world, "wpp-connections", token, { session, name: "Before" });
  assert.deepEqual([again.http, again.name, again.status], [200, "Before", "disconnected"]);
});

const INVALID: Record<string, { body: object; field: string }> = {
  "no session": { body: { name: "x" }, field: "session" },
  "neither a name nor isPrimary": { body: { session: "1" }, field: "name" },
  "an empty name": { body: { session: "1", name: "" }, field: "name" },
  "a name that shows nothing": { body: { session: "1", name: "\u200b" }, field: "name" },
  "isPrimary: false": { body: { session: "1", isPrimary: false }, field: "isPrimary" },
  "a status": { body: { session: "1", name: "x", status: "connected" }, field: "status" },
};
inWorld("wpp-connections names the field when a change is not valid", async (world) => {
  const token = await userToken();
  for (const [what, { body, field }] of Object.entries(INVALID)) {
    const { http, code, error } = await ask(world, "wpp-connections", token, body);
    assert.deepEqual(
      [http, code, Object.keys(error.fields)],
      [400, "invalid_request", [field]],
      what,
    );
  }
  const listing = await world.call("wpp-connections", { token, query: "?session=1" });
  assert.deepEqual(Object.keys((await answerOf(listing)).error.fields), ["session"]);
  const posted = await world.call("wpp-connections", { token, method: "POST", body: {} });
  assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, PATCH, OPTIONS"]);
  assert.deepEqual(world.serviceCalls, []);
});

inWorld("wpp-connections moves the primary, which calls without a session use", async (world) => {
  const { token, session } = await world.connect();
  const second = await addNumber(world, token);
  assert.deepEqual(await primaries(world, token), [session]);
  const moved = await ask(world, "wpp-connections", token, {
    session: second.session,
    isPrimary: true,
  });
  assert.deepEqual([moved.http, moved.session, moved.isPrimary], [200, second.session, true]);
  const list = await listed(world, token);
  assert.deepEqual(list.map((one) => [one.session, one.isPrimary]), [
    [second.session, true],
    [session, false],
  ]);
  const sent = await ask(world, "wpp-send", token, { to: "+79991112233", text: "x" });
  assert.equal(sent.session, second.session);
}, WITH_SECRET);

inWorld("wpp-connections leaves one primary when many are made it at once", async (world) => {
  const { token, session } = await world.connect();
  const more = [await addNumber(world, token, "2"), await addNumber(world, token, "3")];
  const sessions = [session, ...more.map((one) => one.session)];
  const answers = await Promise.all(
    Array.from(
      { length: 12 },
      (_, i) => ask(world, "wpp-connections", token, { session: sessions[i % 3], isPrimary: true }),
    ),
  );
  assert.ok(answers.every(({ http, isPrimary }) => http === 200 && isPrimary));
  assert.equal((await primaries(world, token)).length, 1);
  // The one of the last answer counts, whatever the others asked for.
  await ask(world, "wpp-connections", token, { session: sessions[1], isPrimary: true });
  assert.deepEqual(await primaries(world, token), [sessions[1]]);
}, WITH_SECRET);

inWorld("wpp-connections makes no disconnected connection the primary one", async (world) => {
  const { token, session } = await world.connect();
  const second = await addNumber(world, token);
  await ask(world, "wpp-disconnect", token, { session: second.session });
  const refused = await ask(world, "wpp-connections", token, {
    session: second.session,
    isPrimary: true,
    name: "Not this",
  });
  assert.deepEqual([refused.http, refused.code], [404, "integration_not_found"]);
  assert.deepEqual(await primaries(world, token), [session]);
  assert.notEqual((await connectionRows(world))[1].name, "Not this");
}, WITH_SECRET);

inWorld("wpp-connections names the constraint that forbids a name", async (world) => {
  const { token, session } = await world.connect();
  const alter = (change: string) =>
    world.database.exec(`alter table messenger_integrations ${change}`);
  await alter("add constraint short_names check (length(name) < 10)");
  try {
    const body = { session, name: "Longer than that", isPrimary: true };
    const { http, code, error } = await ask(world, "wpp-connections", token, body);
    assert.deepEqual([http, code], [500, "misconfigured"]);
    assert.match(error.message, /short_names/);
  } finally {
    await alter("drop constraint short_names");
  }
});
