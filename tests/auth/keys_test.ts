/** Signing keys that the project publishes: cached, rotated while running, and out of reach. */
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { generateKeyPair } from "jose";
import { authenticateUser } from "../support/access.ts";
import type { Env } from "../../supabase/functions/_shared/wpp/env.ts";
import { sign, userClaims } from "../support/jwt.ts";
import { type SigningKey, signingKey } from "../support/keys.ts";
import { mockNetwork } from "../support/network.ts";

const SUPABASE_URL = "http://keys.test";
const MINUTE = 60_000;

const first = await signingKey("ES256", "first");
const second = await signingKey("RS256", "second");

/** A project that publishes keys, on a clock that stands still until it is moved. */
class Project implements Disposable {
  /** What the JWKS endpoint publishes now, or does instead. */
  published: SigningKey[] | (() => Response) = [first];
  /** Requests that reached it. */
  readonly asked: Request[] = [];
  readonly clock = FakeTimers.install({ toFake: ["Date"], now: Date.now() });
  readonly #network = mockNetwork();
  readonly #env: Env = {
    supabaseUrl: SUPABASE_URL,
    secretKey: "sb_secret_test",
    secretKeys: ["sb_secret_test"],
    publishableKey: "sb_publishable_test",
    jwks: [],
    wppBaseUrl: "http://wpp.test",
    allowAnonymousUsers: false,
    encryptionKeys: [],
  };

  constructor(given: SigningKey[] = []) {
    this.#env.jwks = given.map((key) => ({ ...key.jwk }));
    this.#network.serve(SUPABASE_URL, (request) => {
      this.asked.push(request);
      const keys = this.published;
      return Promise.resolve(
        typeof keys === "function" ? keys() : Response.json({ keys: keys.map((key) => key.jwk) }),
      );
    });
  }

  async call(token: Promise<string>) {
    const headers = { authorization: `Bearer ${await token}` };
    return await authenticateUser(new Request("http://f.test", { headers }), this.#env);
  }

  /** Whether tokens of a key are taken: their outcome's code. */
  async outcome(token: Promise<string>): Promise<string> {
    return await this.call(token).then(() => "taken", (error) => error.code);
  }

  [Symbol.dispose]() {
    this.#network[Symbol.dispose]();
    this.clock.uninstall();
  }
}

Deno.test("authenticate asks for the published keys once", async () => {
  using project = new Project();
  const callers = Array.from({ length: 20 }, () => project.outcome(first.token()));
  assert.deepEqual(new Set(await Promise.all(callers)), new Set(["taken"]));
  project.clock.tick(9 * MINUTE);
  assert.equal(await project.outcome(first.token()), "taken");
  const [{ method, url, headers }] = project.asked;
  assert.deepEqual([method, url], ["GET", `${SUPABASE_URL}/auth/v1/.well-known/jwks.json`]);
  assert.equal(headers.get("authorization"), null);
  assert.equal(headers.get("apikey"), "sb_publishable_test");
  assert.equal(project.asked.length, 1);
});

Deno.test("authenticate asks nobody for a key that SUPABASE_JWKS holds", async () => {
  using project = new Project([first]);
  assert.equal(await project.outcome(first.token()), "taken");
  assert.equal(project.asked.length, 0);
});

Deno.test("authenticate finds a new key by one request when keys rotate while it runs", async () => {
  using project = new Project();
  assert.equal(await project.outcome(first.token()), "taken");
  project.published = [second, first];
  project.clock.tick(31_000);
  const callers = Array.from({ length: 20 }, () => project.outcome(second.token()));
  assert.deepEqual(new Set(await Promise.all(callers)), new Set(["taken"]));
  assert.equal(await project.outcome(first.token()), "taken");
  assert.equal(project.asked.length, 2);
});

Deno.test("authenticate refuses a token without kid when two keys fit, and goes on finding new ones", async () => {
  using project = new Project();
  const [standby, third] = [await signingKey("ES256"), await signingKey("ES256")];
  project.published = [first, standby];
  const { privateKey } = await generateKeyPair("ES256");
  const forged = sign(userClaims(), privateKey, { alg: "ES256" });
  assert.equal(await project.outcome(forged), "unauthorized");
  project.published = [first, standby, third];
  project.clock.tick(31_000);
  assert.equal(await project.outcome(forged), "unauthorized");
  assert.equal(await project.outcome(third.token()), "taken");
});

Deno.test("authenticate finds a new key that SUPABASE_JWKS does not hold yet", async () => {
  using project = new Project([first]);
  project.published = [second, first];
  assert.equal(await project.outcome(second.token()), "taken");
  assert.equal(project.asked.length, 1);
});

Deno.test("authenticate refuses a key that was withdrawn once the keys are 10 minutes old", async () => {
  using project = new Project();
  assert.equal(await project.outcome(first.token()), "taken");
  project.published = [second];
  project.clock.tick(10 * MINUTE);
  assert.equal(await project.outcome(first.token()), "unauthorized");
  assert.equal(await project.outcome(second.token()), "taken");
  assert.equal(project.asked.length, 2);
});

Deno.test("authenticate asks for keys once in 30 seconds when 50 tokens have kids nobody knows", async () => {
  using project = new Project();
  const flood = async () => {
    const tokens = Array.from({ length: 50 }, () => first.token({}, crypto.randomUUID()));
    const outcomes = await Promise.all(tokens.map((token) => project.outcome(token)));
    assert.deepEqual(new Set(outcomes), new Set(["unauthorized"]));
  };
  await flood();
  assert.equal(project.asked.length, 1);
  await flood();
  project.clock.tick(29_999);
  await flood();
  assert.equal(project.asked.length, 1);
  project.clock.tick(1);
  await flood();
  await flood();
  assert.equal(project.asked.length, 2);
  assert.equal(await project.outcome(first.token()), "taken");
});

const OUTAGES: [string, () => Response][] = [
  ["cannot be reached", () => Response.error()],
  ["answers 500", () => new Response("secret of upstream", { status: 500 })],
  ["answers with a page", () => new Response("<html>", { status: 200 })],
  ["answers with other JSON", () => Response.json({ keys: "none" })],
  [
    "answers more than 1 MiB",
    () => Response.json({ keys: [first.jwk, second.jwk], padding: "x".repeat(1024 * 1024) }),
  ],
  ["redirects", () => Response.redirect("http://elsewhere.test/", 302)],
];
for (const [what, outage] of OUTAGES) {
  Deno.test(`authenticate goes on with the keys it has when their endpoint ${what}`, async () => {
    using project = new Project();
    assert.equal(await project.outcome(first.token()), "taken");
    project.published = outage;
    for (const minutes of [5, 10, 24 * 60]) {
      project.clock.tick(minutes * MINUTE);
      assert.equal(await project.outcome(first.token()), "taken");
      assert.equal(await project.outcome(first.token()), "taken");
    }
    assert.equal(project.asked.length, 3); // one more for each time that the keys had aged
    assert.equal(await project.outcome(second.token()), "auth_unavailable");
    project.published = [second];
    project.clock.tick(5_000);
    assert.equal(await project.outcome(second.token()), "taken");
  });

  Deno.test(`authenticate says 503, not 401, without keys when their endpoint ${what}`, async () => {
    using project = new Project();
    project.published = outage;
    await assert.rejects(project.call(first.token()), {
      code: "auth_unavailable",
      status: 503,
      retryable: true,
    });
    for (let i = 0; i < 50; i++) {
      assert.equal(await project.outcome(first.token()), "auth_unavailable");
    }
    assert.equal(project.asked.length, 1);
    project.published = [first];
    project.clock.tick(5_000);
    assert.equal(await project.outcome(first.token()), "taken");
    assert.equal(project.asked.length, 2);
  });
}

Deno.test("authenticate refuses another's signature under a published kid", async () => {
  using project = new Project();
  const stranger = await signingKey("ES256", "first");
  assert.equal(await project.outcome(stranger.token()), "unauthorized");
  assert.equal(await project.outcome(first.token()), "taken");
});
