/** The examples of docs/server.md, run in a project; curl_examples_test.ts runs the curl command. */
import assert from "node:assert/strict";
import { captureConsole } from "../support/console.ts";
import { withEnvironment } from "../support/environment.ts";
import { takeRequests, withExtensions } from "../support/extensions.ts";
import { inWorld, SECRET_KEY, type World } from "../support/world.ts";
import { codeOf, loadExample } from "./examples.ts";
import { page } from "./pages.ts";

const PAGE = "docs/server.md";
const { fences } = page(PAGE);
const ORGANIZATION = { app_metadata: { organization_id: "org-1" } };
const TEXT = "Your order is on its way";

async function messages(world: World) {
  return await world.database.query(
    `select m.organization_id, m.author, s.idempotency_key, m.recipient, m.text
     from messenger_messages m join messenger_sends s on s.message_id = m.id`,
  );
}

const ORDER = { id: 1042, organization_id: "org-1", phone: "+79991112233" };
const CONFIRMATION = {
  organization_id: "org-1",
  author: null,
  idempotency_key: "order-1042",
  recipient: "+79991112233",
  text: "Your order 1042 is on its way",
};

Deno.test("every example of server.md is run", () => {
  assert.deepEqual(fences.map(({ title }) => title), [
    "curl",
    "client",
    "edge function",
    "trigger",
  ]);
});

inWorld("the typed client's example sends for an organization", async (world) => {
  await world.connect(ORGANIZATION);
  using _key = withEnvironment({ SUPABASE_SECRET_KEY: SECRET_KEY });
  using captured = captureConsole();
  await loadExample(PAGE, "client");
  assert.match(captured.lines.at(-1)!, /^[\da-f-]{36}$/);
  assert.deepEqual(await messages(world), [{ ...CONFIRMATION, text: TEXT }]);
});

inWorld("the edge function's example sends one message for one order", async (world) => {
  await world.connect(ORGANIZATION);
  const { default: confirm } = await loadExample(PAGE, "edge function");
  for (const replayed of [null, "true"]) {
    const webhook = new Request("http://project.test/functions/v1/confirm", {
      method: "POST",
      body: JSON.stringify({ type: "INSERT", record: ORDER }),
    });
    const response: Response = await confirm.fetch(webhook);
    assert.equal(response.status, 202);
    assert.equal(response.headers.get("idempotency-replayed"), replayed);
    await response.body?.cancel();
  }
  assert.deepEqual(await messages(world), [CONFIRMATION]);
  assert.equal(world.simulator.messages.length, 1);
});

inWorld("the trigger's example sends a message for a new order", async (world) => {
  await world.connect(ORGANIZATION);
  await withExtensions(world, async () => {
    await world.database.exec(
      `create table public.orders (id int, organization_id text, phone text);
       select vault.create_secret('${SECRET_KEY}', 'secret_key')`,
    );
    await world.database.exec(codeOf(PAGE, "trigger"));
    const { id, organization_id, phone } = ORDER;
    await world.database.query("insert into orders values ($1, $2, $3)", [
      id,
      organization_id,
      phone,
    ]);
    const [request, ...more] = await takeRequests(world);
    assert.deepEqual(more, []);
    const response = await fetch(request);
    assert.equal(response.status, 202, await response.text());
    assert.deepEqual(await messages(world), [CONFIRMATION]);
  }, "drop table if exists public.orders; drop function if exists public.confirm_order();");
});
