/** HS256 tokens of projects that tell their functions no secret: the auth server verifies them. */
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { authenticateUser } from "../support/access.ts";
import type { Env } from "../../supabase/functions/_shared/wpp/env.ts";
import { refuses } from "../support/access.ts";
import { sign, type UserClaims, userClaims, userToken } from "../support/jwt.ts";
import { secret, signingKey } from "../support/keys.ts";
import { mockNetwork } from "../support/network.ts";
import { inWorld } from "../support/world.ts";

const SUPABASE_URL = "http://auth.test";
const ENV: Env = {
  supabaseUrl: SUPABASE_URL,
  secretKey: "sb_secret_test",
  secretKeys: ["sb_secret_test"],
  publishableKey: "sb_publishable_test",
  jwks: [],
  wppBaseUrl: "http://wpp.test",
  allowAnonymousUsers: false,
  encryptionKeys: [],
};

/** An auth server that knows these users, on a clock that stands still until it is moved. */
function authServer(answer?: (request: Request) => Promise<Response> | Response) {
  const clock = FakeTimers.install({ toFake: ["Date"], now: 1_800_000_000_000 });
  const network = mockNetwork();
  const asked: Request[] = [];
  const user = (request: Request) => {
    const claims = request.headers.get("authorization")!.split(".")[1];
    return Response.json({ id: JSON.parse(atob(claims)).sub });
  };
  network.serve(SUPABASE_URL, async (request) => {
    asked.push(request);
    return await (answer ?? user)(request);
  });
  const call = async (token: string, env = ENV) =>
    await authenticateUser(
      new Request("http://f.test", { headers: { authorization: `Bearer ${token}` } }),
      env,
    );
  return {
    clock,
    asked,
    call,
    [Symbol.dispose]() {
      network[Symbol.dispose]();
      clock.uninstall();
    },
  };
}

const unauthorized = { code: "unauthorized", status: 401 };
const unavailable = { code: "auth_unavailable", status: 503, retryable: true };

Deno.test("verifyWithAuthServer asks as the user, and takes the user it hears of", async () => {
  using server = authServer();
  const sub = crypto.randomUUID();
  const token = await userToken({ sub, app_metadata: { organization_id: "org" } });
  const caller = await server.call(token);
  assert.deepEqual([caller.claims.sub, caller.jwt], [sub, token]);
  assert.deepEqual(caller.claims.app_metadata, { organization_id: "org" });
  const [{ method, url, headers }] = server.asked;
  assert.deepEqual([method, url], ["GET", `${SUPABASE_URL}/auth/v1/user`]);
  assert.equal(headers.get("authorization"), `Bearer ${token}`);
  assert.equal(headers.get("apikey"), "sb_publishable_test");
});

Deno.test("verifyWithAuthServer remembers a token for 60 seconds", async () => {
  using server = authServer();
  const token = await userToken();
  await server.call(token);
  server.clock.tick(59_999);
  await server.call(token);
  assert.equal(server.asked.length, 1);
  server.clock.tick(1);
  await server.call(token);
  assert.equal(server.asked.length, 2);
});

Deno.test("verifyWithAuthServer remembers no token past its exp", async () => {
  using server = authServer();
  const token = await userToken({ exp: 1_800_000_010 });
  await server.call(token);
  server.clock.tick(9_999);
  await server.call(token);
  server.clock.tick(1);
  await assert.rejects(server.call(token), unauthorized);
  assert.equal(server.asked.length, 1);
});

Deno.test("verifyWithAuthServer asks once when 50 callers bring one token at once", async () => {
  using server = authServer();
  const token = await userToken();
  await Promise.all(Array.from({ length: 50 }, () => server.call(token)));
  assert.equal(server.asked.length, 1);
  await server.call(await userToken());
  assert.equal(server.asked.length, 2);
});

Deno.test("verifyWithAuthServer remembers one project's token for no other project", async () => {
  using server = authServer();
  const token = await userToken();
  await server.call(token);
  await server.call(token, { ...ENV, supabaseUrl: `${SUPABASE_URL}/other` });
  assert.equal(server.asked.length, 2);
});

const UNASKED: [string, UserClaims, Partial<Env>?][] = [
  ["expired", { exp: 1_799_999_999 }],
  ["without exp", { exp: undefined }],
  ["for another audience", { aud: "anon" }],
  ["of another role", { role: "anon" }],
  ["without sub", { sub: undefined }],
  ["of another issuer", { iss: "https://a.test" }, { jwtIssuer: "https://b.test" }],
];
for (const [what, claims, env] of UNASKED) {
  Deno.test(`verifyWithAuthServer refuses a token ${what} without asking`, async () => {
    using server = authServer();
    await assert.rejects(server.call(await userToken(claims), { ...ENV, ...env }), unauthorized);
    assert.equal(server.asked.length, 0);
  });
}

for (const status of [401, 403, 404]) {
  Deno.test(`verifyWithAuthServer refuses a token at ${status}, and asks again next time`, async () => {
    using server = authServer(() => Response.json({ code: status, msg: "no" }, { status }));
    const token = await userToken();
    await assert.rejects(server.call(token), unauthorized);
    await assert.rejects(server.call(token), unauthorized);
    assert.equal(server.asked.length, 2);
  });
}

Deno.test("verifyWithAuthServer refuses a token of one user for which it hears of another", async () => {
  using server = authServer(() => Response.json({ id: crypto.randomUUID() }));
  await assert.rejects(server.call(await userToken()), unauthorized);
});

const OUTAGES: [string, () => Response][] = [
  ["answers 500", () => Response.json({}, { status: 500 })],
  ["answers 429", () => Response.json({}, { status: 429 })],
  [
    "answers with a page",
    () => new Response("<html>", { headers: { "content-type": "text/html" } }),
  ],
  ["cannot be reached", () => Response.error()],
];
for (const [what, answer] of OUTAGES) {
  Deno.test(`verifyWithAuthServer says 503, not 401, when the auth server ${what}`, async () => {
    let isDown = true;
    const sub = crypto.randomUUID();
    using server = authServer(() => isDown ? answer() : Response.json({ id: sub }));
    const token = await userToken({ sub });
    await assert.rejects(server.call(token), unavailable);
    isDown = false;
    assert.equal((await server.call(token)).claims.sub, sub);
  });
}

const rs256 = await signingKey("RS256", "rs");
const forged = await sign(userClaims(), secret(rs256.pem), { alg: "HS256", kid: "rs" });
inWorld("authenticate refuses HS256 with the public key when no secret is known", async (world) => {
  await refuses(world, `Bearer ${forged}`);
}, { env: { JWT_SECRET: undefined, SUPABASE_JWKS: JSON.stringify({ keys: [rs256.jwk] }) } });

inWorld("authenticate refuses the legacy service key when no secret is known", async (world) => {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  await refuses(world, `Bearer ${await sign({ iss: "supabase", role: "service_role", exp })}`);
  assert.deepEqual(world.serviceCalls, []);
}, { env: { JWT_SECRET: undefined } });
