/** Marked secrets go through everything that can go right or wrong; none comes out again. */
import assert from "node:assert/strict";
import { base64url } from "jose";
import type { Call, Fault } from "../../local/simulator/simulator.ts";
import { Outbox, spellings } from "../support/leaks.ts";
import { MARKED, NUMBER, TEXT, Watch } from "../support/watch.ts";
import { inWorld, SECRET_KEY, type World } from "../support/world.ts";
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

/** What the platform could quote to us: all that it was sent. */
function quoting(world: World): unknown {
  const last = world.simulator.requests.at(-1)!;
  const keys = world.simulator.clients.map((one) => one.apiKey);
  return { error: `${last.headers.authorization} ${last.body} ${keys}`, message: NUMBER + TEXT };
}

function faults(world: World): Fault[] {
  const body = quoting(world);
  const location = `http://wpp.test/?key=${world.simulator.clients.at(-1)?.apiKey}`;
  return [
    ...[400, 401, 403, 404, 409, 422, 500].map((status) =>
      ({ kind: "respond", status, body }) as Fault
    ),
    { kind: "respond", status: 200, body },
    { kind: "respond", status: 200, body: JSON.stringify(body).slice(0, -9) },
    { kind: "respond", status: 302, headers: { location } },
    { kind: "respond", status: 429, body, headers: { "retry-after": "60" } },
    { kind: "respond", status: 503, body, headers: { "retry-after": "60", "x-error": location } },
    { kind: "delay", ms: 1, then: { kind: "respond", status: 500, body } },
    { kind: "hang" },
    { kind: "reset", when: "before" },
    { kind: "reset", when: "after" },
    { kind: "slow-body", ms: 60_000 },
    { kind: "endless-body" },
    { kind: "html", status: 502 },
    { kind: "empty", status: 200 },
    { kind: "truncated" },
    { kind: "wrong-shape", body: { status: 1, qr: 2, taskId: 3, token: [], data: body } },
    { kind: "unsuccessful" },
  ];
}

const AFFECTED: Record<Exclude<Call, "other">, FunctionName> = {
  create: "wpp-create",
  token: "wpp-status",
  start: "wpp-qr",
  qr: "wpp-qr",
  status: "wpp-status",
  send: "wpp-send",
  delete: "wpp-delete",
  stop: "wpp-disconnect",
  webhook: "wpp-status",
  react: "wpp-react",
};
for (const [call, name] of Object.entries(AFFECTED) as [Exclude<Call, "other">, FunctionName][]) {
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

/** What the database could quote to us. */
function refusals(world: World): (() => Response)[] {
  const keys = world.simulator.clients.map((one) => one.apiKey);
  const quote = `${SECRET_KEY} ${keys} ${NUMBER} ${TEXT}`;
  const error = (status: number, code: string) => () =>
    Response.json({ code, message: quote, details: `Key (x)=(${quote})`, hint: quote }, { status });
  return [
    error(409, "23505"),
    error(400, "22P02"),
    error(401, "PGRST301"),
    error(403, "42501"),
    error(404, "PGRST205"),
    error(500, "XX000"),
    error(503, "PGRST001"),
    () => new Response(`<html>${quote}</html>`, { status: 502 }),
    () => new Response(`{"message":"${quote}`, { headers: { "content-type": "application/json" } }),
    () => Response.json([{ id: 1, settings: { apiKey: 5, quote } }]),
    () => Response.json({ outcome: quote, integration: { settings: quote } }),
    () => Response.error(),
  ];
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
