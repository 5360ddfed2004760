/** Every statement of docs/inbound.md, run on what the webhook has stored. */
import assert from "node:assert/strict";
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { withEnvironment } from "../support/environment.ts";
import { connectHooked, post } from "../support/webhook.ts";
import { inWorld, SECRET_KEY } from "../support/world.ts";
import { page } from "./pages.ts";

const { fences, text } = page("docs/inbound.md");

/** The code of the page's fence with this title. */
function code(title: string): string {
  return fences.find((one) => one.title === title)!.code;
}

Deno.test("every statement of inbound.md is run here", () => {
  assert.deepEqual(fences.map(({ title }) => title), ["quarantine", "looked at", "rotate"]);
});

Deno.test("inbound.md explains every reason of the quarantine", async () => {
  const folders = ["platform", "messages"].map((name) =>
    new URL(`../../supabase/functions/_shared/wpp/${name}/`, import.meta.url)
  );
  const reasons: string[] = [];
  for (const folder of folders) {
    for await (const { name } of Deno.readDir(folder)) {
      const source = await Deno.readTextFile(new URL(name, folder));
      const found = source.matchAll(
        /type: "quarantined", reason: "(\w+)"|quarantined\("(\w+)"\)/g,
      );
      reasons.push(...[...found].map(([, one, other]) => one ?? other));
    }
  }
  assert.ok(reasons.length >= 8);
  assert.deepEqual(reasons.filter((reason) => !text.includes(`\`${reason}\``)), []);
});

inWorld("the quarantine's query shows what came, and what was looked at goes", async (world) => {
  const { hook, session } = await connectHooked(world);
  for (const event of ['{"type":"new_word"}', "no JSON", '{"type":"qr","account":"another"}']) {
    assert.equal((await post(hook, event)).status, 200);
  }
  const rows = await world.database.query(code("quarantine"));
  assert.deepEqual(rows.map((row) => [row.session, row.reason]), [
    [session, "another_account"],
    [session, "not_json"],
    [session, "unknown_event"],
  ]);
  assert.deepEqual(rows.slice(1).map(({ body }) => body), ["no JSON", '{"type":"new_word"}']);
  await world.database.exec(code("looked at"));
  assert.equal((await world.database.query(code("quarantine"))).length, 2);
});

inWorld("the rotation's statement gives the connection a new token", async (world) => {
  const { hook, session } = await connectHooked(world);
  const statement = code("rotate").replace("0000000000004", session);
  const [row, ...more] = await world.database.query(statement);
  assert.deepEqual([row.session, row.rotated, more], [session, true, []]);
  assert.equal((await post(hook, "{}")).status, 200, "the former one still holds");
  const now = await world.row("select webhook_digest from messenger_integrations");
  assert.deepEqual(now, { webhook_digest: null });
  using _env = withEnvironment({
    WPP_WEBHOOK_URL: "https://project.test/functions/v1/wpp-webhook",
  });
  const headers = { apikey: SECRET_KEY };
  const run = await (await world.call("wpp-reconcile", { headers, body: {} })).json();
  assert.equal(run.registered, 1);
  const then = await world.row("select webhook_digest from messenger_integrations");
  assert.ok(![null, sha256(hook)].includes(then!.webhook_digest as string));
});
