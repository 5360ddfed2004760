import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import {
  call,
  connect,
  create,
  json,
  MESSAGE,
  post,
  still,
  USER_JWT,
} from "../support/simulated.ts";

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

Deno.test("a token carries its expiry as its form allows", async () => {
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
  assert.match(simulator.messages[0].waMessageId, /^true_79991112233@c\.us_3EB0[0-9A-F]{18}$/);
  assert.deepEqual(simulator.messages, [{
    session,
    ...MESSAGE,
    taskId,
    waMessageId: simulator.messages[0].waMessageId,
    idempotencyKey: "k",
    at,
    deletedAt: null,
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
