/** wpp-disconnect: the platform is told to stop, then the row is emptied. */
import assert from "node:assert/strict";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import { userToken } from "../support/jwt.ts";
import {
  addNumber,
  ask,
  connected,
  connectionRows,
  isEmptied,
  listed,
  watch,
  WITH_SECRET,
} from "../support/numbers.ts";
import { inWorld } from "../support/world.ts";

const MESSAGE = { to: "+79991112233", text: "hello" };

inWorld("wpp-disconnect stops the session, and empties the row, which stays", async (world) => {
  const { token, session, row } = await connected(world);
  const calls = watch(world);
  const answer = await ask(world, "wpp-disconnect", token, { session });
  const { http, code: _, ...body } = answer;
  assert.equal(http, 200);
  assert.deepEqual(body, { integrationId: row.id, session, status: "disconnected" });
  assert.deepEqual(calls(), ["stop"]);
  const stop = world.simulator.requests.at(-1)!;
  assert.equal(stop.path, `/internal/session/${session}/stop`);
  assert.equal(stop.headers.authorization, `Bearer ${row.access_token}`);
  assert.equal(stop.body, "");
  assert.equal(world.simulator.stateOf(session), "disconnected");
  const [after] = await connectionRows(world);
  assert.deepEqual(after, {
    ...row,
    settings: { session },
    status: "disconnected",
    access_token: null,
    access_token_expires_at: null,
    api_key_issued_at: null,
    credentials_id: after.credentials_id,
  });
  assert.notEqual(after.credentials_id, row.credentials_id);
});

inWorld("wpp-disconnect erases what an earlier version stored", async (world) => {
  const { token, session, row } = await connected(world);
  const { apiKey } = row.settings as { apiKey: string };
  await world.database.query("update messenger_integrations set settings = $1::text::jsonb", [
    JSON.stringify({
      wppApiKey: apiKey,
      wppAccountNumber: session,
      wppJwtToken: "t",
      wppJwtExpiresAt: 1,
      theme: "dark",
    }),
  ]);
  assert.equal((await ask(world, "wpp-disconnect", token)).http, 200);
  const [{ settings }] = await connectionRows(world);
  assert.deepEqual(settings, { wppAccountNumber: session, theme: "dark" });
});

inWorld(
  "wpp-disconnect answers a repeat likewise, and asks nothing of the platform",
  async (world) => {
    const { token, session } = await connected(world);
    const first = await ask(world, "wpp-disconnect", token, { session });
    const rows = await connectionRows(world);
    const calls = watch(world);
    for (const force of [undefined, true]) {
      assert.deepEqual(await ask(world, "wpp-disconnect", token, { session, force }), first);
    }
    assert.deepEqual([calls(), await connectionRows(world)], [[], rows]);
  },
);

inWorld("wpp-disconnect gives two calls at once one outcome", async (world) => {
  const { token, session } = await connected(world);
  const calls = watch(world);
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => ask(world, "wpp-disconnect", token, { session })),
  );
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(answers[0].http, 200);
  assert.ok(calls().length >= 1 && calls().every((call) => call === "stop"), String(calls()));
});

inWorld("wpp-disconnect without a session reaches only the one connection", async (world) => {
  const token = await userToken();
  const none = await ask(world, "wpp-disconnect", token, {});
  assert.deepEqual([none.http, none.code], [404, "integration_not_found"]);

  const { session } = await ask(world, "wpp-create", token);
  const second = await addNumber(world, token);
  const calls = watch(world);
  const several = await ask(world, "wpp-disconnect", token, { force: true });
  assert.deepEqual([several.http, several.code, Object.keys(several.error.fields)], [
    400,
    "invalid_request",
    ["session"],
  ]);
  assert.deepEqual(calls(), []);
  await ask(world, "wpp-disconnect", token, { session: second.session });
  assert.equal((await ask(world, "wpp-disconnect", token)).session, session);
  assert.equal((await ask(world, "wpp-disconnect", token)).code, "integration_not_found");
}, WITH_SECRET);

inWorld("wpp-disconnect can be repeated when the database failed after the stop", async (world) => {
  const { token, session } = await connected(world);
  let failures = 1;
  world.intercept = (request) =>
    request.url.endsWith("/messenger_disconnect") && failures-- > 0 ? Response.error() : undefined;
  const failed = await ask(world, "wpp-disconnect", token, { session });
  assert.deepEqual([failed.http, failed.code], [503, "database_unavailable"]);
  assert.equal((await ask(world, "wpp-disconnect", token, { session })).http, 200);
  assert.ok(isEmptied((await connectionRows(world))[0]));
});

const USES: [FunctionName, object][] = [["wpp-status", {}], ["wpp-qr", {}], ["wpp-send", MESSAGE]];
inWorld("no function uses an emptied row, or the token that is in memory", async (world) => {
  const { token, session } = await connected(world);
  await ask(world, "wpp-disconnect", token, { session });
  const [rows, calls] = [await connectionRows(world), watch(world)];
  for (const [name, body] of USES) {
    for (const own of [{}, { session }]) {
      const { http, code } = await ask(world, name, token, { ...body, ...own });
      assert.deepEqual([http, code], [404, "integration_not_found"], name);
    }
  }
  assert.deepEqual([calls(), await connectionRows(world)], [[], rows]);
  const [{ session: shown, status }] = await listed(world, token) as never as Record<
    string,
    string
  >[];
  assert.deepEqual([shown, status], [session, "disconnected"]);
});

inWorld("wpp-disconnect makes another connection the primary one meanwhile", async (world) => {
  const { token, session } = await connected(world);
  const second = await addNumber(world, token);
  const primary = async () => (await listed(world, token)).find((one) => one.isPrimary)?.session;
  await ask(world, "wpp-disconnect", token, { session });
  assert.equal(await primary(), second.session);
  assert.equal((await ask(world, "wpp-send", token, MESSAGE)).session, second.session);
  await ask(world, "wpp-disconnect", token);
  assert.equal((await listed(world, token)).filter((one) => one.isPrimary).length, 1);
  // The one that comes back first is used when a call names none.
  const back = await ask(world, "wpp-create", token, { reconnect: true, session });
  assert.equal(back.http, 201);
  assert.equal(await primary(), back.session);
}, WITH_SECRET);
