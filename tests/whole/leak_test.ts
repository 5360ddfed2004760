/** Marked secrets go through everything that can go right or wrong; none comes out again. */
import assert from "node:assert/strict";
import { base64url } from "jose";
import type { Call } from "../../local/simulator/simulator.ts";
import { Outbox, spellings } from "../support/leaks.ts";
import { faults, refusals } from "../support/quoting.ts";
import { MARKED, Watch } from "../support/watch.ts";
import { inWorld, type World } from "../support/world.ts";
import {
  FUNCTION_NAMES,
  type FunctionName,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import { withEnvironment } from "../support/environment.ts";

Deno.test("Outbox finds a secret in each spelling, within other text too", async () => {
  const secret = "sb_secret/of+these~tests";
  const encodings = [
    (text: string) => text,
    encodeURIComponent,
    (text: string) => btoa(text),
    (text: string) => base64url.encode(text),
    (text: string) => Array.from(text, (c) => c.charCodeAt(0).toString(16)).join("").toUpperCase(),
  ];
  for (const encode of encodings) {
    for (const around of ["", "a", "ab", "abc"]) {
      const outbox = new Outbox();
      await outbox.keep(
        new Response("{}", { headers: { "x-h": encode(`${around}${secret}${around}`) } }),
      );
      assert.throws(() => outbox.assertFreeOf([secret], []), assert.AssertionError, encode(around));
    }
  }
  assert.equal(Object.keys(spellings(secret)).length, 9);
});

inWorld("the journey leaks nothing", async (world) => {
  using watch = new Watch(world);
  for (const tokenForm of ["jwt", "opaque"] as const) {
    world.simulator.settings.tokenForm = tokenForm;
    const token = await watch.connect();
    const { session } = world.simulator.clients.at(-1)!;
    for (const name of ["wpp-create", "wpp-qr", "wpp-status"] as const) {
      assert.ok(await watch.call(name, token) < 300);
    }
    assert.ok(await watch.call("wpp-delete", token, await watch.send(token)) < 300);
    assert.ok(await watch.call("wpp-connections", token, { session, name: "Shop" }) < 300);
    world.simulator.revokeTokens();
    assert.equal(await watch.call("wpp-status", token), 200);
    await world.database.exec(
      "update messenger_integrations set api_key_issued_at = now() - interval '1 day'",
    );
    world.simulator.revokeKey(world.simulator.clients.at(-1)!.apiKey);
    world.simulator.revokeTokens();
    assert.equal(await watch.call("wpp-status", token), 409);
    assert.equal(await watch.call("wpp-create", token, { reconnect: true }), 201);
    assert.equal(await watch.call("wpp-disconnect", token), 200);
  }
  watch.assertNothingLeaked();
}, MARKED);

/** The calls of a function that asks the platform; leak_webhook_test.ts has the others. */
type FunctionCall = Exclude<Call, "webhook" | "react" | "media" | "other">;
const AFFECTED: Record<FunctionCall, FunctionName> = {
  create: "wpp-create",
  token: "wpp-status",
  start: "wpp-qr",
  qr: "wpp-qr",
  status: "wpp-status",
  send: "wpp-send",
  delete: "wpp-delete",
  stop: "wpp-disconnect",
};
for (const [call, name] of Object.entries(AFFECTED) as [FunctionCall, FunctionName][]) {
  inWorld(`no fault of the platform's ${call} makes ${name} leak`, async (world) => {
    using watch = new Watch(world);
    await watch.call("wpp-status", await watch.connect());
    const statuses = [];
    for (const fault of faults(world)) {
      watch.resetPlatform();
      const token = ["create", "start"].includes(call)
        ? await watch.signIn()
        : await watch.connect();
      const body = call === "delete" ? await watch.send(token) : undefined;
      if (call === "start") await createStuck(world, watch, token);
      world.simulator.misbehave(call, fault, { times: 9 });
      statuses.push(await world.fastForward(() => watch.call(name, token, body)));
    }
    // A start is asked for in the background: what comes of it changes no answer.
    const failed = statuses.filter((status) => status >= 400).length;
    assert.ok(call === "start" ? failed === 0 : failed > 12, `${statuses}`);
    if (call === "start") assert.ok(world.simulator.countOf("start") > 0);
    watch.assertNothingLeaked();
  }, MARKED);
}

/** A session that came to nothing since its creation a minute ago. */
async function createStuck(world: World, watch: Watch, token: string): Promise<void> {
  world.simulator.settings.needsStart = true;
  assert.equal(await watch.call("wpp-create", token), 201);
  await world.database.exec(
    "update messenger_integrations set api_key_issued_at = now() - interval '1 minute'",
  );
}

for (const name of FUNCTION_NAMES) {
  inWorld(`no failure of the database makes ${name} leak`, async (world) => {
    using watch = new Watch(world);
    const token = await watch.connect();
    for (const methods of [["GET", "POST", "PATCH"], ["PATCH"]]) {
      for (const refuse of refusals(world)) {
        world.intercept = ({ method }) => methods.includes(method) ? refuse() : undefined;
        const status = await world.fastForward(() => watch.call(name, token));
        if (methods.length > 1) assert.ok(status >= 500, `answered ${status}`);
      }
    }
    watch.assertNothingLeaked();
  }, MARKED);
}

inWorld("no refused token comes back", async (world) => {
  using watch = new Watch(world);
  const token = await watch.signIn();
  for (
    const bearer of [token + "x", token.slice(0, -1), `${token}.${token}`, `${token} ${token}`]
  ) {
    assert.equal(await watch.call("wpp-status", bearer), 401);
  }
  using _noSecret = withEnvironment({ JWT_SECRET: undefined });
  for (const status of [401, 403, 500]) {
    world.intercept = () => Response.json({ msg: token, code: 1, error_code: token }, { status });
    assert.equal(await watch.call("wpp-status", token), status === 500 ? 503 : 401);
  }
  watch.assertNothingLeaked();
}, MARKED);
