import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { serveSimulator } from "../../local/simulator/serve.ts";
import {
  createSimulator,
  type Fault,
  SimulatedReset,
  type Simulator,
  type SimulatorOptions,
} from "../../local/simulator/simulator.ts";

const ORIGIN = "https://wpp.test";
const USER_JWT = `e30.${btoa('{"sub":"user-1"}').replaceAll("=", "")}.sig`;
const MESSAGE = { to: "79991112233", text: "Hello" };

/** A simulator on a clock that stands still until it is moved. */
function still(options: SimulatorOptions = {}) {
  const clock = { seconds: 1_000_000 };
  const simulator = createSimulator({ now: () => clock.seconds * 1000, ...options });
  return { simulator, clock };
}

function call(simulator: Simulator, path: string, init: RequestInit = {}): Promise<Response> {
  return simulator.fetch(new Request(ORIGIN + path, init));
}

// deno-lint-ignore no-explicit-any -- the tests assert the shape
async function json(response: Promise<Response>, status = 200): Promise<any> {
  const answered = await response;
  assert.equal(answered.status, status);
  return await answered.json();
}

function post(simulator: Simulator, path: string, body?: unknown, headers = {}) {
  return call(simulator, path, { method: "POST", body: JSON.stringify(body), headers });
}

function create(simulator: Simulator, headers = {}) {
  const authorization = `Bearer ${USER_JWT}`;
  return json(
    post(simulator, "/api/integrations/wpp/create", {}, { authorization, ...headers }),
  );
}

/** A client with a token, and its calls. */
async function connect(simulator: Simulator) {
  const { apiKey, session } = await create(simulator);
  const { token } = await json(post(simulator, "/auth/token", { apiKey }));
  const headers = { authorization: `Bearer ${token}` };
  return {
    apiKey,
    session,
    token,
    status: () => call(simulator, `/api/accounts/${session}/status`, { headers }),
    qr: () => call(simulator, `/api/accounts/${session}/qr`, { headers }),
    send: (message: unknown = MESSAGE, more = {}) =>
      post(simulator, "/api/messages/text", { account: session, ...message as object }, {
        ...headers,
        ...more,
      }),
  };
}

Deno.test("create needs a user token and a JSON object", async () => {
  const { simulator } = still();
  const path = "/api/integrations/wpp/create";
  const authorization = `Bearer ${USER_JWT}`;
  await json(post(simulator, path, {}), 401);
  await json(post(simulator, path, {}, { authorization: "Bearer key" }), 401);
  await json(post(simulator, path, [], { authorization }), 400);
  const answer = await json(post(simulator, path, undefined, { authorization }));
  assert.match(answer.apiKey, /^wpp_sim_/);
  assert.deepEqual({ ...answer, apiKey: "" }, {
    apiKey: "",
    session: "0000000000001",
    status: "starting",
  });
  assert.equal(simulator.clients[0].owner, "user-1");
});

Deno.test("create returns the same client when the key is the same and that is on", async () => {
  const key = { "idempotency-key": "k1" };
  const { simulator } = still();
  assert.deepEqual(await create(simulator, key), await create(simulator, key));
  await create(simulator, { "idempotency-key": "k2" });
  assert.equal(simulator.clients.length, 2);
  const careless = still({ idempotentCreate: false }).simulator;
  assert.notDeepEqual(await create(careless, key), await create(careless, key));
});

Deno.test("the exchange refuses a key that is unknown, too new or revoked", async () => {
  const { simulator, clock } = still({ keyActiveAfter: 2 });
  const { apiKey } = await create(simulator);
  const exchange = (apiKey: unknown) => post(simulator, "/auth/token", { apiKey });
  await json(exchange("nobody's"), 403);
  await json(exchange(7), 400);
  await json(exchange(apiKey), 403);
  clock.seconds += 2;
  await json(exchange(apiKey));
  simulator.revokeKey(apiKey);
  await json(exchange(apiKey), 403);
  simulator.settings.refusedKeyStatus = 401;
  await json(exchange(apiKey), 401);
});

Deno.test("a token tells its expiry as its form allows", async () => {
  const { simulator, clock } = still({ tokenLifetime: 60 });
  const { token, session } = await connect(simulator);
  const { iat, exp, jti, account } = decodeJwt(token);
  assert.deepEqual([iat, exp, account], [clock.seconds, clock.seconds + 60, session]);
  assert.ok(jti);
  Object.assign(simulator.settings, { tokenForm: "jwt-without-exp", expiresIn: 90 });
  const { apiKey } = simulator.clients[0];
  const answer = await json(post(simulator, "/auth/token", { apiKey }));
  assert.equal(decodeJwt(answer.token).exp, undefined);
  assert.equal(answer.expiresIn, 90);
  simulator.settings.tokenForm = "opaque";
  const opaque = await json(post(simulator, "/auth/token", { apiKey }));
  assert.match(opaque.token, /^wpp_sim_token_/);
});

Deno.test("a token is refused when expired or revoked, and for another session", async () => {
  const { simulator, clock } = still({ tokenLifetime: 60 });
  const { status, session, token } = await connect(simulator);
  const other = await connect(simulator);
  await json(status());
  const headers = { authorization: `Bearer ${token}` };
  await json(call(simulator, `/api/accounts/${other.session}/status`, { headers }), 404);
  await json(call(simulator, `/api/accounts/${session}/status`), 401);
  simulator.revokeTokens(other.session);
  await json(status());
  assert.deepEqual(await json(other.status(), 401), { message: "Invalid token" });
  clock.seconds += 60;
  await json(status(), 401);
});

Deno.test("a session goes from starting to connected, and out and back", async () => {
  const { simulator, clock } = still();
  const { status, qr, session } = await connect(simulator);
  assert.deepEqual(await json(status()), { status: "starting" });
  assert.deepEqual(await json(qr()), { qr: null });
  clock.seconds += 1;
  assert.deepEqual(await json(status()), { status: "qr_required" });
  assert.match((await json(qr())).qr, /^https:\/\/wa\.me\/settings\/linked_devices#2@/);
  simulator.scan(session);
  assert.deepEqual(await json(status()), { status: "connected" });
  assert.deepEqual(await json(qr()), { qr: null });
  simulator.disconnect(session);
  assert.deepEqual(await json(status()), { status: "disconnected" });
  simulator.scan(session);
  simulator.settings.statusWord = (state) => state.toUpperCase();
  assert.deepEqual(await json(status()), { status: "CONNECTED" });
  simulator.forget(session);
  await json(status(), 404);
  await json(qr(), 404);
});

Deno.test("a session scans itself when scanAfter is set", async () => {
  const { simulator, clock } = still({ startingFor: 2, scanAfter: 8 });
  const { status } = await connect(simulator);
  clock.seconds += 9;
  assert.deepEqual(await json(status()), { status: "qr_required" });
  clock.seconds += 1;
  assert.deepEqual(await json(status()), { status: "connected" });
});

Deno.test("the QR rotates with its lifetime", async () => {
  const { simulator, clock } = still({ startingFor: 0, qrLifetime: 20 });
  const { qr } = await connect(simulator);
  const first = await json(qr());
  clock.seconds += 19;
  assert.deepEqual(await json(qr()), first);
  clock.seconds += 1;
  assert.notDeepEqual(await json(qr()), first);
});

Deno.test("the QR comes in the field and form asked for, as a real PNG", async () => {
  const { simulator } = still({ startingFor: 0, qrForm: "base64", qrField: "data.qr" });
  const { qr } = await connect(simulator);
  const { data } = await json(qr());
  const png = Uint8Array.from(atob(data.qr), (char) => char.charCodeAt(0));
  assert.deepEqual([...png.slice(1, 4)].map((byte) => String.fromCharCode(byte)).join(""), "PNG");
  const length = new DataView(png.buffer).getUint32(33); // IDAT follows the 25 bytes of IHDR
  const pixels = new Blob([png.slice(41, 41 + length)]).stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const side = new DataView(png.buffer).getUint32(16);
  assert.equal((await new Response(pixels).arrayBuffer()).byteLength, side * (side + 1));
  Object.assign(simulator.settings, { qrForm: "data-url", qrField: "qrCode" });
  assert.equal((await json(qr())).qrCode, `data:image/png;base64,${data.qr}`);
});

Deno.test("send checks its input and the session, then records the message", async () => {
  const { simulator, clock } = still();
  const { send, session } = await connect(simulator);
  await json(send({ to: "+79991112233", text: "x" }), 400);
  await json(send({ to: "79991112233", text: "" }), 400);
  await json(send({ account: "9", ...MESSAGE }), 404);
  assert.equal((await json(send(), 409)).success, false);
  simulator.scan(session);
  const { success, taskId, status } = await json(send(MESSAGE, { "idempotency-key": "k" }));
  assert.deepEqual([success, status], [true, "queued"]);
  const at = clock.seconds * 1000;
  assert.deepEqual(simulator.messages, [{
    session,
    ...MESSAGE,
    taskId,
    idempotencyKey: "k",
    at,
  }]);
});

Deno.test("requests are recorded, unknown ones too, and reset forgets all", async () => {
  const { simulator } = still({ tokenLifetime: 5 });
  await connect(simulator);
  await json(post(simulator, "/auth/keys?x=1", { a: 1 }), 404);
  assert.deepEqual(simulator.requests.map((one) => one.call), ["create", "token", "other"]);
  const { path, method, body } = simulator.requests[2];
  assert.deepEqual([path, method, body], ["/auth/keys?x=1", "POST", '{"a":1}']);
  assert.equal(simulator.countOf("token"), 1);
  simulator.settings.tokenLifetime = 6;
  simulator.reset();
  assert.deepEqual([simulator.requests, simulator.clients, simulator.messages], [[], [], []]);
  assert.equal(simulator.settings.tokenLifetime, 5);
});

/** The answer to a send that the fault strikes, and how many messages went out by it. */
async function strike(fault: Fault, signal?: AbortSignal) {
  const { simulator } = still();
  const { session, token } = await connect(simulator);
  simulator.scan(session);
  simulator.misbehave("send", fault);
  const answer = call(simulator, "/api/messages/text", {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ account: session, ...MESSAGE }),
    signal,
  });
  const settled = await answer.catch((error: unknown) => error);
  return { answer: settled as Response, sent: simulator.messages.length };
}

Deno.test("respond answers what it was told, with or without the work", async () => {
  const limited = { kind: "respond", status: 429, headers: { "retry-after": "3" } } as const;
  const plain = await strike(limited);
  assert.deepEqual([plain.answer.status, plain.sent], [429, 0]);
  assert.equal(plain.answer.headers.get("retry-after"), "3");
  const worked = await strike({ kind: "respond", status: 500, body: { e: 1 }, execute: true });
  assert.deepEqual([await worked.answer.json(), worked.sent], [{ e: 1 }, 1]);
});

Deno.test("html, empty, wrong-shape and unsuccessful answer without the work", async () => {
  const html = await strike({ kind: "html", status: 502 });
  assert.match(await html.answer.text(), /<html>/);
  const empty = await strike({ kind: "empty", status: 200 });
  assert.equal(await empty.answer.text(), "");
  const wrong = await strike({ kind: "wrong-shape", body: ["?"] });
  assert.deepEqual(await wrong.answer.json(), ["?"]);
  const unsuccessful = await strike({ kind: "unsuccessful" });
  assert.equal((await unsuccessful.answer.json()).success, false);
  assert.deepEqual([html, empty, wrong, unsuccessful].map((one) => one.sent), [0, 0, 0, 0]);
});

Deno.test("truncated and slow-body do the work and deliver half, or half at first", async () => {
  const truncated = await strike({ kind: "truncated" });
  assert.equal(truncated.sent, 1);
  const half = await truncated.answer.text();
  assert.throws(() => JSON.parse(half), SyntaxError);
  const slow = await strike({ kind: "slow-body", ms: 5 });
  assert.equal((await slow.answer.json()).success, true);
  const abandoned = await strike({ kind: "slow-body", ms: 60_000 });
  const reader = abandoned.answer.body!.getReader();
  await reader.read();
  await reader.cancel();
});

Deno.test("endless-body goes on until the reader stops", async () => {
  const { answer } = await strike({ kind: "endless-body" });
  let size = 0;
  for await (const chunk of answer.body!) if ((size += chunk.length) > 1_000_000) break;
  assert.ok(size > 1_000_000);
});

Deno.test("delay and hang end when the request is aborted", async () => {
  const delayed = await strike({ kind: "delay", ms: 5, then: { kind: "empty", status: 503 } });
  assert.equal(delayed.answer.status, 503);
  assert.equal((await strike({ kind: "delay", ms: 5 })).sent, 1);
  for (const fault of [{ kind: "delay", ms: 60_000 }, { kind: "hang" }] as Fault[]) {
    const gaveUp = new AbortController();
    const struck = strike(fault, gaveUp.signal);
    setTimeout(() => gaveUp.abort(new Error("gave up")), 5);
    assert.match(String((await struck).answer), /gave up/);
  }
});

Deno.test("reset breaks before the headers or in the body", async () => {
  const before = await strike({ kind: "reset", when: "before" });
  assert.ok(before.answer as unknown instanceof SimulatedReset);
  const after = await strike({ kind: "reset", when: "after", execute: true });
  assert.deepEqual([after.answer.status, before.sent, after.sent], [200, 0, 1]);
  await assert.rejects(after.answer.text(), SimulatedReset);
});

Deno.test("faults strike in order, after as many calls and as often as told", async () => {
  const { simulator } = still();
  const { status } = await connect(simulator);
  simulator.misbehave("status", { kind: "empty", status: 503 }, { times: 2, after: 1 });
  simulator.misbehave("status", { kind: "empty", status: 429 });
  const seen: number[] = [];
  for (let i = 0; i < 5; i++) seen.push((await status()).status);
  assert.deepEqual(seen, [200, 503, 503, 429, 200]);
});

Deno.test("other processes control it over HTTP and see no secret", async () => {
  const { simulator } = still();
  await json(post(simulator, "/simulator/scan"), 400);
  const { apiKey, status, token } = await connect(simulator);
  const state = await json(post(simulator, "/simulator/scan"));
  assert.deepEqual(state.clients.map((one: { state: string }) => one.state), ["connected"]);
  const fault = { kind: "empty", status: 503 };
  await json(post(simulator, "/simulator/misbehave", { call: "status", fault }));
  assert.equal((await status()).status, 503);
  await json(post(simulator, "/simulator/misbehave", { call: "nap", fault }), 400);
  await json(post(simulator, "/simulator/disconnect"));
  assert.deepEqual(await json(status()), { status: "disconnected" });
  await json(post(simulator, "/simulator/revoke", { what: "tokens" }));
  await json(status(), 401);
  const shown = await (await call(simulator, "/simulator/state")).text();
  assert.ok(!shown.includes(apiKey) && !shown.includes(token));
  assert.deepEqual(JSON.parse(shown).calls, {
    create: 1,
    token: 1,
    qr: 0,
    status: 3,
    send: 0,
    other: 0,
  });
  const preflight = await call(simulator, "/simulator/scan", { method: "OPTIONS" });
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
});

Deno.test("served, it answers, and its resets break the connection", async () => {
  const { simulator } = still();
  const { url, stop } = await serveSimulator(simulator);
  try {
    const answer = await fetch(`${url}/auth/token`, { method: "POST", body: '{"apiKey":"no"}' });
    assert.deepEqual([answer.status, await answer.json()], [403, { error: "Invalid API key" }]);
    simulator.misbehave("other", { kind: "reset", when: "before" });
    simulator.misbehave("other", { kind: "reset", when: "after" });
    simulator.misbehave("other", { kind: "hang" });
    await assert.rejects(fetch(url), TypeError);
    const broken = await fetch(url);
    assert.equal(broken.status, 200);
    await assert.rejects(broken.text());
    await assert.rejects(fetch(url, { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
    simulator.misbehave("other", { kind: "endless-body" });
    const endless = await fetch(url);
    await endless.body!.cancel();
  } finally {
    await stop();
  }
});
