/** The examples of docs/server.md, run in a project; examples_test.ts runs the curl command. */
import assert from "node:assert/strict";
import { captureConsole } from "../support/console.ts";
import { withEnvironment } from "../support/environment.ts";
import { inWorld, SECRET_KEY, SUPABASE_URL, type World } from "../support/world.ts";
import { page } from "./pages.ts";

const { fences } = page("docs/server.md");
const ORGANIZATION = { app_metadata: { organization_id: "org-1" } };
const TEXT = "Your order is on its way";

/** The code of the page's fence with this title. */
function code(title: string): string {
  return fences.find((one) => one.title === title)!.code;
}

/** Loads a page's module, whose imports are those of a project that has installed them. */
// deno-lint-ignore no-explicit-any -- each example has exports of its own
async function load(title: string): Promise<any> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const client = new URL("../../client/wpp_client.ts", import.meta.url);
  await Deno.writeTextFile(
    file,
    code(title).replace('"wpp-messenger-client"', `"${client}"`)
      .replace('"@supabase/supabase-js"', `"${import.meta.resolve("@supabase/supabase-js")}"`),
  );
  try {
    return await import(`file://${file}`);
  } finally {
    await Deno.remove(file);
  }
}

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
  await load("client");
  assert.match(captured.lines.at(-1)!, /^[\da-f-]{36}$/);
  assert.deepEqual(await messages(world), [{ ...CONFIRMATION, text: TEXT }]);
});

inWorld("the edge function's example sends one message for one order", async (world) => {
  await world.connect(ORGANIZATION);
  const { default: confirm } = await load("edge function");
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

/** pg_net and Vault, as far as the trigger uses them: requests are kept, and not sent. */
const EXTENSIONS = `
  create schema net;
  create table net.requests (url text, body jsonb, headers jsonb, timeout_milliseconds int);
  create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds int default 2000
  ) returns bigint language sql as $$
    insert into net.requests values (url, body, headers, timeout_milliseconds) returning 1::bigint;
  $$;
  create schema vault;
  create table vault.decrypted_secrets (name text, decrypted_secret text);
  insert into vault.decrypted_secrets values ('secret_key', '${SECRET_KEY}');
  create table public.orders (id int, organization_id text, phone text);
`;

inWorld("the trigger's example sends a message for a new order", async (world) => {
  await world.connect(ORGANIZATION);
  await world.database.exec(EXTENSIONS);
  try {
    await world.database.exec(code("trigger"));
    const { id, organization_id, phone } = ORDER;
    await world.database.query("insert into orders values ($1, $2, $3)", [
      id,
      organization_id,
      phone,
    ]);
    const [request, ...more] = await world.database.query("select * from net.requests");
    assert.deepEqual(more, []);
    assert.ok(Number(request.timeout_milliseconds) > 25_000, "a send may take 25 s");
    const url = String(request.url).replace("https://<ref>.supabase.co", SUPABASE_URL);
    const headers = request.headers as Record<string, string>;
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify(request.body),
    });
    assert.equal(response.status, 202, await response.text());
    assert.deepEqual(await messages(world), [CONFIRMATION]);
  } finally {
    await world.database.exec(`
      drop schema net cascade; drop schema vault cascade; drop table public.orders;
      drop function public.confirm_order();
    `);
  }
});
