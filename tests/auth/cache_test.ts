/** Verified tokens: believed for a minute, and never longer than they live. */
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import type { JWTPayload } from "jose";
import { authenticateUser } from "../support/access.ts";
import { verifyOnce } from "../../supabase/functions/_shared/wpp/auth/cache.ts";
import type { Env } from "../../supabase/functions/_shared/wpp/env.ts";
import { JWT_SECRET, userToken } from "../support/jwt.ts";

const START = 1_800_000_000_000;

function env(changes: Partial<Env> = {}): Env {
  return {
    supabaseUrl: "http://auth.test",
    secretKey: "sb_secret_test",
    secretKeys: ["sb_secret_test"],
    publishableKey: "sb_publishable_test",
    jwks: [],
    jwtSecret: JWT_SECRET,
    wppBaseUrl: "http://wpp.test",
    allowAnonymousUsers: false,
    encryptionKeys: [],
    ...changes,
  };
}

/** A verification that is counted, on a clock that stands still until it is moved. */
function counted(outcome: () => Promise<JWTPayload>) {
  const clock = FakeTimers.install({ toFake: ["Date"], now: START });
  const counted = {
    clock,
    times: 0,
    verify: () => (counted.times++, outcome()),
    [Symbol.dispose]: () => clock.uninstall(),
  };
  return counted;
}

const claims = { sub: "user", exp: START / 1000 + 3600 };

Deno.test("verifyOnce believes a token for a minute", async () => {
  using one = counted(() => Promise.resolve(claims));
  const project = env();
  for (const [after, times] of [[0, 1], [59_999, 1], [1, 2], [59_999, 2]]) {
    one.clock.tick(after);
    assert.equal(await verifyOnce("token", project, one.verify), claims);
    assert.equal(one.times, times, `${after}`);
  }
});

Deno.test("verifyOnce believes no token past its exp", async () => {
  using one = counted(() => Promise.resolve({ sub: "user", exp: START / 1000 + 10 }));
  const project = env();
  for (const [after, times] of [[0, 1], [9_999, 1], [1, 2]]) {
    one.clock.tick(after);
    await verifyOnce("token", project, one.verify);
    assert.equal(one.times, times, `${after}`);
  }
});

Deno.test("verifyOnce verifies once when 50 callers bring one token at once", async () => {
  using one = counted(() => Promise.resolve(claims));
  const project = env();
  const ask = (token: string) => verifyOnce(token, project, one.verify);
  await Promise.all(Array.from({ length: 50 }, () => ask("token")));
  assert.equal(one.times, 1);
  await ask("another");
  assert.equal(one.times, 2);
});

Deno.test("verifyOnce remembers no refusal", async () => {
  let refuse = true;
  using one = counted(() => refuse ? Promise.reject(new Error("no")) : Promise.resolve(claims));
  const project = env();
  for (let times = 1; times <= 2; times++) {
    await assert.rejects(verifyOnce("token", project, one.verify), { message: "no" });
    assert.equal(one.times, times);
  }
  refuse = false;
  assert.equal(await verifyOnce("token", project, one.verify), claims);
});

Deno.test("verifyOnce believes no token under another configuration", async () => {
  using one = counted(() => Promise.resolve(claims));
  await verifyOnce("token", env(), one.verify);
  await verifyOnce("token", env(), one.verify);
  assert.equal(one.times, 2);
});

Deno.test("authenticate refuses a token that it has just taken when one letter of it differs", async () => {
  const project = env();
  const call = (jwt: string) =>
    authenticateUser(
      new Request("http://f.test", { headers: { authorization: `Bearer ${jwt}` } }),
      project,
    );
  const token = await userToken();
  assert.equal((await call(token)).jwt, token);
  const at = token.lastIndexOf(".") + 5;
  const changed = token.slice(0, at) + (token[at] === "a" ? "b" : "a") + token.slice(at + 1);
  await assert.rejects(call(changed), { code: "unauthorized" });
  await assert.rejects(call(token.slice(0, token.lastIndexOf("."))), { code: "unauthorized" });
});
