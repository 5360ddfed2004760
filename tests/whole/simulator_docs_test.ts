import { createClient, FunctionsHttpError } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { startStack } from "../../local/stack.ts";
import { migratedImage } from "../support/database_image.ts";

const DOCS = await Deno.readTextFile(new URL("../../docs/simulator.md", import.meta.url));
const SNIPPETS = [...DOCS.matchAll(/^```sh title="([^"]+)"\n(.*?)^```$/gms)]
  .map(([, title, code]) => ({ title, code }));
const MESSAGE = { to: "+79991112233", text: "Hello" };

Deno.test("docs/simulator.md's curl commands do what it says", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  await using stopped = new AsyncDisposableStack();
  const started = await startStack({ port: 0, quiet: true, image: await migratedImage() });
  const stack = stopped.adopt(started, (one) => one.stop());
  const simulator = stack.simulator!;
  const supabase = createClient(stack.url, stack.publishableKey, {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  assert.equal((await supabase.auth.signInWithPassword(stack.demo)).error, null);

  /** What a function answers: the code of its error, else the field that is asked for. */
  async function answerOf(
    name: string,
    field: string,
    body = {},
    key: string = crypto.randomUUID(),
  ) {
    const headers = { "idempotency-key": key };
    const { data, error } = await supabase.functions.invoke(name, { body, headers });
    if (!error) return data[field];
    assert.ok(error instanceof FunctionsHttpError, String(error));
    return (await error.context.json()).error.code;
  }
  const status = () => answerOf("wpp-status", "status");
  const send = (key?: string) => answerOf("wpp-send", "status", MESSAGE, key);

  /** Runs a snippet; gives each answer's state. */
  async function run(code: string) {
    const env = { WPP_BASE_URL: stack.wppBaseUrl };
    const { stdout, stderr } = await new Deno.Command("sh", { args: ["-euc", code], env }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    const answers = new TextDecoder().decode(stdout).replaceAll("}{", "}\n{").split("\n");
    return answers.map((text) => JSON.parse(text));
  }

  assert.equal(await answerOf("wpp-create", "created"), true);
  // The stack has no WPP_SECRET.
  assert.equal(await answerOf("wpp-create", "created", { another: true }), "not_supported");
  /** What each snippet leads to, in the order in which a reader comes to it. */
  const outcomes: Record<string, () => Promise<unknown>> = {
    state: async () => assert.notEqual(await status(), "connected"),
    scan: async () => assert.equal(await status(), "connected"),
    async disconnect() {
      assert.equal(await send(), "not_connected");
      assert.equal(await answerOf("wpp-qr", "state"), "ready");
      simulator.scan(simulator.clients[0].session);
    },
    "revoke tokens": async () => assert.equal(await status(), "connected"),
    async "revoke key"() {
      assert.equal(await status(), "reconnect_required");
      assert.equal(await answerOf("wpp-create", "created", { reconnect: true }), true);
      simulator.scan(simulator.clients.at(-1)!.session);
    },
    // What becomes of these events is tested in tests/local/simulator_events_test.ts.
    "contact writes": async () => assert.equal(await status(), "connected"),
    "contact sends a picture": async () => assert.equal(await status(), "connected"),
    "contact sends a voice message": async () => assert.equal(await status(), "connected"),
    "contact sends a video by a URL": async () => assert.equal(await status(), "connected"),
    "double events": () => Promise.resolve(assert.equal(simulator.settings.eventDoubles, 1)),
    "forget webhooks": () =>
      Promise.resolve(assert.equal(simulator.webhookOf(simulator.clients.at(-1)!.session), null)),
    async "rate limit"() {
      assert.deepEqual([await status(), await status()], ["rate_limited", "rate_limited"]);
      assert.equal(await status(), "connected");
    },
    async "lost answer"() {
      const key = crypto.randomUUID();
      assert.deepEqual([await send(key), await send(key)], Array(2).fill("delivery_unknown"));
      assert.equal(simulator.messages.length, 1);
    },
    async "failed stop"() {
      const disconnect = () => answerOf("wpp-disconnect", "status");
      assert.equal(await disconnect(), "gateway_error");
      assert.equal(await status(), "connected");
      assert.equal(await disconnect(), "disconnected");
    },
    reset: () => Promise.resolve(assert.equal(simulator.clients.length, 0)),
  };
  assert.deepEqual(SNIPPETS.map(({ title }) => title), Object.keys(outcomes));
  for (const { title, code } of SNIPPETS) {
    await t.step(title, async () => {
      for (const state of await run(code)) {
        assert.deepEqual(Object.keys(state), [
          "clients",
          "messages",
          "reactions",
          "events",
          "calls",
        ]);
      }
      await outcomes[title]();
    });
  }
});

Deno.test("docs/simulator.md lists every fault, in a form that the simulator takes", async () => {
  const { FAULT } = await import("../../local/simulator/fault_schema.ts");
  const rows = [...DOCS.matchAll(/^\| `(\{"kind":.*?\})` \|/gm)].map(([, json]) => json);
  const kinds = rows.map((json) => FAULT.parse(JSON.parse(json)).kind);
  assert.equal(new Set(kinds).size, 12);
});

Deno.test("docs/simulator.md lists every setting that a control changes, with its default", async () => {
  const { EVENT_DEFAULTS } = await import("../../local/simulator/event_settings.ts");
  const { EVENT_SETTINGS } = await import("../../local/simulator/event_controls.ts");
  const [, section] = DOCS.split("### How events come\n");
  const rows = [...section.matchAll(/^\| `(\w+)` \| `?(\w+)`? \|/gm)];
  const documented = Object.fromEntries(rows.map(([, name, value]) => [name, value]));
  assert.deepEqual(Object.keys(documented).sort(), Object.keys(EVENT_SETTINGS.shape).sort());
  for (const [name, value] of Object.entries(documented)) {
    assert.equal(value, String(EVENT_DEFAULTS[name as keyof typeof EVENT_DEFAULTS]), name);
  }
});

Deno.test("docs/simulator.md lists every control and every call that a fault can strike", async () => {
  const { CONTROLS } = await import("../../local/simulator/control.ts");
  const { CALLS } = await import("../../local/simulator/calls.ts");
  const rows = [...DOCS.matchAll(/^\| `((?:GET|POST) \/simulator\/[\w-]+)` \|/gm)];
  assert.deepEqual(rows.map(([, route]) => route).sort(), Object.keys(CONTROLS).sort());
  const [, sentence] = /fault for one `call`: (.*?) for any other path/s.exec(DOCS)!;
  assert.deepEqual([...sentence.matchAll(/`(\w+)`/g)].map(([, call]) => call), CALLS);
});
