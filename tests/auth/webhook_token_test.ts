/** The token in a webhook's URL: who is let in, and how often the database is asked for that. */
import assert from "node:assert/strict";
import { ask } from "../support/numbers.ts";
import {
  connectHooked,
  databaseCalls,
  fakeDate,
  type Hooked,
  incoming,
  messages,
  newToken,
  post,
  postTo,
  tell,
} from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

const [KNOWS, RECEIVE] = ["messenger_knows_webhook", "messenger_receive"];

const token = newToken();
const MALFORMED: Record<string, string> = {
  "missing": "",
  "empty": "?token=",
  "of another name": `?Token=${token}`,
  "there twice": `?token=${token}&token=${token}`,
  "too short": `?token=${token.slice(1)}`,
  "too long": `?token=${token}a`,
  "with a sign of plain base64": `?token=${token.slice(1)}%2B`,
  "padded": `?token=${token.slice(1)}%3D`,
  "with a line break": `?token=${token}%0A`,
};
inWorld("wpp-webhook asks the database nothing when a token cannot be one", async (world) => {
  const { session } = await connectHooked(world);
  const calls = databaseCalls(world);
  for (const [what, query] of Object.entries(MALFORMED)) {
    const response = await postTo(query, { body: JSON.stringify(incoming(session)) });
    const { error } = await response.json();
    assert.deepEqual([response.status, error.code], [404, "integration_not_found"], what);
  }
  assert.deepEqual(calls(), []);
});

inWorld("wpp-webhook asks for a token that is not known once in 10 s", async (world) => {
  using time = fakeDate();
  const calls = databaseCalls(world);
  const stranger = newToken();
  const isRefused = async () => assert.equal((await post(stranger, "{}")).status, 404);
  await isRefused();
  await isRefused();
  time.pass(9_999);
  await isRefused();
  assert.deepEqual(calls(), [KNOWS]);
  time.pass(1);
  await isRefused();
  assert.deepEqual(calls(), [KNOWS, KNOWS]);
});

inWorld("wpp-webhook asks for a token that it knows once in 5 minutes", async (world) => {
  using time = fakeDate();
  const { hook, session } = await connectHooked(world);
  const calls = databaseCalls(world);
  await tell(hook, incoming(session));
  assert.deepEqual(calls(), [KNOWS, RECEIVE]);
  await tell(hook, incoming(session));
  time.pass(5 * 60_000 - 1);
  await tell(hook, incoming(session));
  assert.deepEqual(calls(), [KNOWS, RECEIVE, RECEIVE, RECEIVE]);
  time.pass(1);
  await tell(hook, incoming(session));
  assert.deepEqual(calls().slice(4), [KNOWS, RECEIVE]);
});

const ROTATE = "select messenger_rotate_webhook(id) from messenger_integrations";
const WITHDRAWN: Record<string, (world: World, hooked: Hooked) => Promise<unknown>> = {
  "was rotated ten minutes ago": async ({ database }) => {
    await database.exec(ROTATE);
    await database.exec("update messenger_integrations set webhook_former_until = now()");
  },
  "belongs to a connection that was ended": (world, { token, session }) =>
    ask(world, "wpp-disconnect", token, { session }),
  "belongs to a row that an operator made inactive": ({ database }) =>
    database.exec("update messenger_integrations set is_active = false"),
};
for (const [what, withdraw] of Object.entries(WITHDRAWN)) {
  inWorld(`wpp-webhook refuses a token that it knew when that ${what}`, async (world) => {
    using time = fakeDate();
    const hooked = await connectHooked(world);
    await tell(hooked.hook, incoming(hooked.session));
    await withdraw(world, hooked);
    const calls = databaseCalls(world);
    for (let times = 0; times < 3; times++) {
      assert.equal((await post(hooked.hook, incoming(hooked.session))).status, 404);
    }
    assert.deepEqual(calls(), [RECEIVE], "it is remembered");
    time.pass(10_000);
    assert.equal((await post(hooked.hook, incoming(hooked.session))).status, 404);
    assert.deepEqual(calls(), [RECEIVE, KNOWS]);
    assert.equal((await messages(world)).length, 1);
  });
}

inWorld("wpp-webhook takes a token that was rotated for ten minutes more", async (world) => {
  const { hook, session } = await connectHooked(world);
  await world.database.exec(ROTATE);
  await tell(hook, incoming(session));
  const row = await world.row(
    "select extract(epoch from webhook_former_until - now()) as s from messenger_integrations",
  );
  assert.ok(Math.abs(Number(row?.s) - 600) < 30, `${row?.s} s`);
});
