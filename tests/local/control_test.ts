import assert from "node:assert/strict";
import { serveSimulator } from "../../local/simulator/serve.ts";
import { createSimulator, type Fault, type Simulator } from "../../local/simulator/simulator.ts";

/** A served simulator; requests go to its URL, as those of another process do. */
class Served implements AsyncDisposable {
  readonly simulator: Simulator = createSimulator({ startingFor: 0 });
  readonly #served = serveSimulator(this.simulator);

  async fetch(path: string, init?: RequestInit): Promise<Response> {
    const { url } = await this.#served;
    return await fetch(url + path, init);
  }

  /** The answer to a control, which has to be of this HTTP status. */
  // deno-lint-ignore no-explicit-any -- the tests assert the shape
  async control(name: string, input?: unknown, status = 200): Promise<any> {
    const body = typeof input === "string" ? input : JSON.stringify(input);
    const response = await this.fetch(`/simulator/${name}`, { method: "POST", body });
    const answer = await response.json();
    assert.equal(response.status, status, JSON.stringify(answer));
    return answer;
  }

  /** Creates a client at the platform, and gets a token of it. */
  async connect() {
    const created = await this.#post("/api/integrations/wpp/create", {}, "a.user.jwt");
    const { apiKey, session } = await created.json();
    const { token } = await (await this.#post("/auth/token", { apiKey })).json();
    const headers = { authorization: `Bearer ${token}` };
    const status = () => this.fetch(`/api/accounts/${session}/status`, { headers });
    const exchange = () => this.#post("/auth/token", { apiKey });
    return { apiKey, session, token, status, exchange } as const;
  }

  #post(path: string, body: unknown, token = ""): Promise<Response> {
    const headers = { authorization: `Bearer ${token}` };
    return this.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#served).stop();
  }
}

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

Deno.test("other processes control the simulator over HTTP and see no secret", async () => {
  await using served = new Served();
  await served.control("scan", undefined, 400);
  const { apiKey, status, token } = await served.connect();
  const state = await served.control("scan");
  assert.deepEqual(state.clients.map((one: { state: string }) => one.state), ["connected"]);
  const fault = { kind: "empty", status: 503 };
  await served.control("misbehave", { call: "status", fault });
  assert.equal(await statusOf(status()), 503);
  await served.control("misbehave", { call: "nap", fault }, 400);
  await served.control("disconnect");
  assert.deepEqual(await (await status()).json(), { status: "disconnected" });
  await served.control("revoke", { what: "tokens" });
  assert.equal(await statusOf(status()), 401);
  const shown = await (await served.fetch("/simulator/state")).text();
  assert.ok(!shown.includes(apiKey) && !shown.includes(token));
  assert.deepEqual(JSON.parse(shown).calls, {
    create: 1,
    token: 1,
    start: 0,
    qr: 0,
    status: 3,
    send: 0,
    delete: 0,
    media: 0,
    stop: 0,
    webhook: 0,
    react: 0,
    other: 0,
  });
  const preflight = await served.fetch("/simulator/scan", { method: "OPTIONS" });
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
});

Deno.test("revoke refuses the key from then on, and shows it to nobody", async () => {
  await using served = new Served();
  const { apiKey, token, status, exchange } = await served.connect();
  const answers = [
    await served.control("revoke", { what: "key" }),
    await served.control("revoke", { what: "key", session: "9" }, 400),
    await served.control("revoke", { what: apiKey }, 400),
  ];
  assert.ok(!JSON.stringify(answers).includes(apiKey) && !JSON.stringify(answers).includes(token));
  assert.deepEqual([await statusOf(exchange()), await statusOf(status())], [403, 200]);
});

Deno.test("controls are about the session that they name, else about the last one", async () => {
  await using served = new Served();
  const first = await served.connect();
  await served.connect();
  const statesAfter = async (name: string, input?: unknown) => {
    const { clients } = await served.control(name, input);
    return clients.map((one: { state: string }) => one.state);
  };
  assert.deepEqual(await statesAfter("scan"), ["qr_required", "connected"]);
  const { session } = first;
  assert.deepEqual(await statesAfter("scan", { session }), ["connected", "connected"]);
  assert.deepEqual(await statesAfter("disconnect", { session }), ["disconnected", "connected"]);
  await served.control("revoke", { what: "tokens", session });
  assert.equal(await statusOf(first.status()), 401);
  assert.deepEqual(await statesAfter("reset"), []);
});

const FAULTS: Record<Fault["kind"], Fault> = {
  respond: { kind: "respond", status: 429, headers: { "retry-after": "3" }, body: { a: 1 } },
  delay: { kind: "delay", ms: 1, then: { kind: "empty", status: 204 } },
  hang: { kind: "hang" },
  reset: { kind: "reset", when: "after", execute: true },
  "slow-body": { kind: "slow-body", ms: 1 },
  "endless-body": { kind: "endless-body" },
  html: { kind: "html", status: 502 },
  empty: { kind: "empty", status: 503 },
  truncated: { kind: "truncated" },
  "wrong-shape": { kind: "wrong-shape", body: [] },
  unsuccessful: { kind: "unsuccessful" },
  "status-error": { kind: "status-error" },
};

Deno.test("misbehave takes a fault of every kind, as it is", async () => {
  await using served = new Served();
  const scripted: Fault[] = [];
  served.simulator.misbehave = (_, fault) => scripted.push(fault);
  for (const fault of Object.values(FAULTS)) {
    await served.control("misbehave", { call: "status", fault });
  }
  assert.deepEqual(scripted, Object.values(FAULTS));
});

Deno.test("misbehave strikes as often and as late as it is told", async () => {
  await using served = new Served();
  const { status } = await served.connect();
  const fault = { kind: "empty", status: 503 };
  await served.control("misbehave", { call: "status", fault, times: 2, after: 1 });
  const seen: number[] = [];
  for (let i = 0; i < 4; i++) seen.push(await statusOf(status()));
  assert.deepEqual(seen, [200, 503, 503, 200]);
});

Deno.test("controls answer 400 and say why when they cannot obey", async (t) => {
  await using served = new Served();
  await served.control("scan", {}, 400).then(({ error }) => {
    assert.equal(error, "There is no session yet: call wpp-create first");
  });
  await served.connect();
  const fault = { kind: "hang" };
  const misbehave = (fault: unknown) => ["misbehave", { call: "qr", fault }] as const;
  const cases: [string, readonly [string, unknown?], RegExp][] = [
    ["an unknown control", ["dance"], /^There is no POST \/simulator\/dance, but .*\/scan/],
    ["no JSON", ["scan", "{"], /^Cannot read the body: it is not JSON$/],
    ["no object", ["scan", []], /^Cannot use the body: the body: .*expected object/],
    ["an unknown field", ["scan", { sesion: "1" }], /Unrecognized key: "sesion"/],
    ["a field for a control without", ["reset", { session: "1" }], /Unrecognized key: "session"/],
    ["an unknown session", ["disconnect", { session: "9" }], /^There is no session 9$/],
    ["nothing to revoke", ["revoke"], /what: /],
    ["an unknown call", ["misbehave", { call: "nap", fault }], /call: .*"create"\|"token"/],
    ["no fault", ["misbehave", { call: "qr" }], /fault: must be an object whose kind is respond,/],
    ["an unknown kind", misbehave({ kind: "nap" }), /fault\.kind: must be an object whose kind is/],
    ["an unknown field of a fault", misbehave({ ...fault, ms: 1 }), /fault: Unrecognized .*"ms"/],
    ["an inner fault", misbehave({ kind: "delay", ms: 1, then: {} }), /fault\.then\.kind: must be/],
    ["a missing field of a fault", misbehave({ kind: "delay" }), /fault\.ms: .*expected number/],
    ["an endless timer", misbehave({ kind: "delay", ms: 2 ** 31 }), /fault\.ms: Too big/],
    ["no HTTP status", misbehave({ kind: "empty", status: 99 }), /fault\.status: Too small/],
    ["a 204 with a body", misbehave({ kind: "html", status: 204 }), /fault: .* has no body/],
    [
      "a header that is none",
      misbehave({ kind: "respond", status: 200, headers: { "a b": "c" } }),
      /fault: no answer can have/,
    ],
    ["no times", ["misbehave", { call: "qr", fault, times: 0 }], /times: Too small/],
    ["less than no calls", ["misbehave", { call: "qr", fault, after: -1 }], /after: Too small/],
  ];
  for (const [name, [control, input], says] of cases) {
    await t.step(name, async () => {
      assert.match((await served.control(control, input, 400)).error, says);
    });
  }
  const { calls, clients } = await (await served.fetch("/simulator/state")).json();
  assert.deepEqual([calls.other, clients.length], [0, 1]);
});
