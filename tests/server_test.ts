/** The project's own server as a caller: the organization that it names, and what it leaves. */
import assert from "node:assert/strict";
import type { FunctionName } from "../supabase/functions/_shared/wpp/contract.ts";
import { callAll, everyCall, MESSAGE, OF_SHOP, SHOP, shop } from "./support/callers.ts";
import { USER_FUNCTIONS } from "./support/function_names.ts";
import { userToken } from "./support/jwt.ts";
import { addNumber, answerOf, connectionRows, WITH_SECRET } from "./support/numbers.ts";
import { inWorld, SECRET_KEY } from "./support/world.ts";

const MISSING: Record<string, Record<string, string>> = { "none": {}, "": { organizationId: "" } };
inWorld("every function for users wants a server to name an organization", async (world) => {
  const subject = { session: "1", messageId: crypto.randomUUID() };
  const headers = { apikey: SECRET_KEY };
  for (const [id, more] of Object.entries(MISSING)) {
    const outcomes = await callAll(world, headers, subject, more);
    assert.deepEqual(outcomes, everyCall("400 invalid_request"), id);
    for (const name of USER_FUNCTIONS) {
      const { error } = await answerOf(await world.call(name, { headers, body: more }));
      assert.ok("organizationId" in error.fields, `${name}: ${JSON.stringify(error.fields)}`);
    }
  }
  assert.deepEqual(world.serviceCalls, []);
}, WITH_SECRET);

const IMPOSSIBLE = ["a\0b", "a\u0001b", "a\u0085b", "x".repeat(256), "x".repeat(300), " shop", " "];
const NOT_FOUND = everyCall("404 integration_not_found");
inWorld("every function answers 404 when no row can have the organization", async (world) => {
  const subject = { session: "1", messageId: crypto.randomUUID() };
  for (const organizationId of IMPOSSIBLE) {
    const outcomes = await callAll(world, { apikey: SECRET_KEY }, subject, { organizationId });
    assert.deepEqual(outcomes, NOT_FOUND, JSON.stringify(organizationId));
  }
  assert.deepEqual([world.serviceCalls, world.simulator.requests], [[], []]);
}, WITH_SECRET);

inWorld("every function answers 404 when the column takes no such organization", async (world) => {
  const name = "messenger_internal.organization_key(text)";
  const present = await world.row(`select pg_get_functiondef('${name}'::regprocedure) as sql`);
  await world.database.exec(
    "create or replace function messenger_internal.organization_key(p_organization text) " +
      "returns text language plpgsql immutable as $$ begin return p_organization::uuid::text; " +
      "exception when data_exception then return null; end $$",
  );
  try {
    const subject = { session: "1", messageId: crypto.randomUUID() };
    const outcomes = await callAll(world, { apikey: SECRET_KEY }, subject, {
      organizationId: "abc",
    });
    const ofMessage = "404 message_not_found";
    assert.deepEqual(outcomes, { ...NOT_FOUND, delete: ofMessage, react: ofMessage });
    assert.deepEqual([await connectionRows(world), world.simulator.requests], [[], []]);
  } finally {
    await world.database.exec(present!.sql as string);
  }
}, WITH_SECRET);

inWorld(
  "a server's rows name no creator, and are the organization's all the same",
  async (world) => {
    const headers = { apikey: SECRET_KEY };
    const organizationId = crypto.randomUUID().toUpperCase();
    const asServer = async (name: FunctionName, body: object, more = {}) =>
      await answerOf(
        await world.call(name, {
          headers: { ...headers, ...more },
          body: { organizationId, ...body },
        }),
      );
    const created = await asServer("wpp-create", { name: "Shop" });
    assert.equal(created.http, 201);
    world.simulator.scan(created.session);
    const key = { "idempotency-key": "order-1" };
    const sent = await asServer("wpp-send", MESSAGE, key);
    assert.equal(sent.http, 202);
    const token = await userToken({ app_metadata: { organization_id: organizationId } });
    const again = await world.call("wpp-send", { token, headers: key, body: MESSAGE });
    assert.equal(again.headers.get("idempotency-replayed"), "true");
    assert.equal((await again.json()).messageId, sent.messageId);
    const other = { ...MESSAGE, text: "another" };
    assert.equal((await asServer("wpp-send", other, key)).code, "idempotency_key_reused");
    assert.equal(world.simulator.messages.length, 1);

    const rows = await world.database.query(
      "select organization_id, created_by::text as author from messenger_integrations union all " +
        "select organization_id, author from messenger_messages",
    );
    const row = { organization_id: organizationId.toLowerCase(), author: null };
    assert.deepEqual(rows, [row, row]);
    const deleted = await world.call("wpp-delete", { token, body: { messageId: sent.messageId } });
    assert.equal(deleted.status, 200);
  },
  WITH_SECRET,
);

inWorld("a server reads by GET with a query, as users do", async (world) => {
  const { session } = await shop(world);
  const headers = { apikey: SECRET_KEY };
  for (const name of ["wpp-qr", "wpp-status"] as const) {
    for (const own of [`&session=${session}`, ""]) {
      const query = `?organizationId=${SHOP}${own}`;
      const answer = await answerOf(await world.call(name, { headers, method: "GET", query }));
      assert.deepEqual([answer.http, answer.session], [200, session], name + query);
    }
    const twice = `?organizationId=${SHOP}&organizationId=cafe`;
    const answer = await answerOf(await world.call(name, { headers, method: "GET", query: twice }));
    assert.deepEqual([answer.http, Object.keys(answer.error.fields)], [400, ["organizationId"]]);
  }
});

inWorld("what a server does is in the log by its organization", async (world) => {
  await shop(world);
  world.logs.length = 0;
  const headers = { apikey: SECRET_KEY };
  await world.call("wpp-status", { headers, body: { organizationId: SHOP } });
  assert.deepEqual(world.logs.map(({ organization, status }) => [organization, status]), [
    [SHOP, 200],
  ]);
  assert.ok(!JSON.stringify(world.logs).includes(SECRET_KEY));
});

inWorld("a server's primary connection is the organization's", async (world) => {
  const { token, session } = await world.connect(OF_SHOP);
  const second = await addNumber(world, token);
  const asServer = async (body = {}) =>
    (await answerOf(
      await world.call("wpp-status", {
        headers: { apikey: SECRET_KEY },
        body: { organizationId: SHOP, ...body },
      }),
    )).session;
  assert.deepEqual([await asServer(), await asServer({ session: second.session })], [
    session,
    second.session,
  ]);
}, WITH_SECRET);
