/** Who is let in: every form of access token, through the functions from Request to Response. */
import assert from "node:assert/strict";
import { base64url, UnsecuredJWT } from "jose";
import { accepts, belongsNowhere, refuses } from "../support/access.ts";
import { JWT_SECRET, sign, type UserClaims, userClaims, userToken } from "../support/jwt.ts";
import { secret, signingKey } from "../support/keys.ts";
import { inWorld } from "../support/world.ts";

const es256 = await signingKey("ES256", "es");
const rs256 = await signingKey("RS256", "rs");
const eddsa = await signingKey("EdDSA", "ed");
const SET = { keys: [es256.jwk, rs256.jwk, eddsa.jwk] };
const OCT = "an-oct-key-of-these-tests-that-is-long-enough";
const oct = { kty: "oct", k: base64url.encode(OCT) };
const otherOct = { kty: "oct", k: base64url.encode("another-oct-key-of-these-tests-for-hs256") };

const WITH_JWKS = { SUPABASE_JWKS: JSON.stringify(SET) };
const NO_SECRET = { JWT_SECRET: undefined };

const ACCEPTED: [string, Record<string, string | undefined>, (c: UserClaims) => Promise<string>][] =
  [
    ["ES256 by SUPABASE_JWKS as { keys }", WITH_JWKS, es256.token],
    ["RS256 by SUPABASE_JWKS as { keys }", WITH_JWKS, rs256.token],
    ["EdDSA by SUPABASE_JWKS as { keys }", WITH_JWKS, eddsa.token],
    ["RS256 by SUPABASE_JWKS as an array", {
      SUPABASE_JWKS: JSON.stringify(SET.keys),
    }, rs256.token],
    ["HS256 by JWT_SECRET", {}, userToken],
    ["HS256 by JWT_SECRET when there are public keys too", WITH_JWKS, userToken],
    ["HS256 by an oct key without kid", {
      ...NO_SECRET,
      SUPABASE_JWKS: JSON.stringify({ keys: [es256.jwk, otherOct, oct] }),
    }, (claims) => sign(userClaims(claims), secret(OCT))],
    ["HS256 with a kid by an oct key without one", {
      ...NO_SECRET,
      SUPABASE_JWKS: JSON.stringify([oct]),
    }, (claims) => sign(userClaims(claims), secret(OCT), { alg: "HS256", kid: "k2" })],
    ["HS256 by the oct key of its kid", {
      ...NO_SECRET,
      SUPABASE_JWKS: JSON.stringify([{ ...otherOct, kid: "k1" }, { ...oct, kid: "k2" }]),
    }, (claims) => sign(userClaims(claims), secret(OCT), { alg: "HS256", kid: "k2" })],
    ["HS256 by an oct key when JWT_SECRET is another", {
      SUPABASE_JWKS: JSON.stringify([oct]),
    }, (claims) => sign(userClaims(claims), secret(OCT))],
    [
      "the issuer that JWT_ISSUER names",
      { JWT_ISSUER: "https://p.test/auth/v1" },
      (claims) => userToken({ iss: "https://p.test/auth/v1", ...claims }),
    ],
    [
      "several audiences, one of them ours",
      {},
      (claims) => userToken({ aud: ["other", "authenticated"], ...claims }),
    ],
  ];

for (const [what, env, token] of ACCEPTED) {
  inWorld(`authenticate takes ${what}`, async (world) => {
    const sub = crypto.randomUUID();
    await accepts(world, await token({ sub }), sub);
    assert.deepEqual(world.serviceCalls.filter((call) => call.service === "auth"), []);
  }, { env });
}

inWorld("authenticate takes ES256 by the keys that the project publishes", async (world) => {
  world.intercept = (request) =>
    new URL(request.url).pathname === "/auth/v1/.well-known/jwks.json"
      ? Response.json({ keys: [es256.jwk] })
      : undefined;
  const sub = crypto.randomUUID();
  await accepts(world, await es256.token({ sub }), sub);
  assert.equal((await world.call("wpp-status", { token: await es256.token() })).status, 404);
  const asked = world.serviceCalls.filter((call) => call.service === "auth");
  assert.deepEqual(asked.map((call) => call.path), ["/auth/v1/.well-known/jwks.json"]);
}, { env: { ...NO_SECRET, SUPABASE_JWKS: "" } });

inWorld("authenticate reads the scheme in any case", async (world) => {
  const headers = { authorization: `bearer ${await userToken()}` };
  assert.equal((await world.call("wpp-status", { headers })).status, 404);
});

const stranger = await signingKey("ES256", "es");
const now = Math.floor(Date.now() / 1000);
const apiKey = { iss: "supabase", ref: "abcdefghijklmnopqrst", iat: now, exp: now + 3600 };
const [header, , signature] = (await userToken()).split(".");
const unsecured = new UnsecuredJWT(userClaims()).encode();

/** With the keys and JWT_SECRET of `WITH_JWKS`, and JWT_ISSUER. */
const ISSUER = "https://p.test/auth/v1";
const by = (claims: UserClaims) => userToken({ iss: ISSUER, ...claims });
const hs256 = (key: Uint8Array, kid?: string) =>
  sign(userClaims({ iss: ISSUER }), key, { alg: "HS256", kid });
const REFUSED: [string, string | undefined][] = [
  ["no header", undefined],
  ["an empty header", ""],
  ["no scheme", await by({})],
  ["another scheme", `Basic ${await by({})}`],
  ["garbage", "Bearer garbage"],
  ["garbage of three parts", "Bearer a.b.c"],
  ["two tokens", `Bearer ${await by({})}, Bearer ${await by({})}`],
  ["a publishable key", "Bearer sb_publishable_test"],
  ["a secret key of another project", "Bearer sb_secret_other"],
  ["an expired token", `Bearer ${await by({ exp: now - 1 })}`],
  ["a token that is not valid yet", `Bearer ${await by({ nbf: now + 600 })}`],
  ["no exp", `Bearer ${await by({ exp: undefined })}`],
  ["no sub", `Bearer ${await by({ sub: undefined })}`],
  ["an empty sub", `Bearer ${await by({ sub: "" })}`],
  ["another aud", `Bearer ${await by({ aud: "anon" })}`],
  ["no aud", `Bearer ${await by({ aud: undefined })}`],
  ["another role", `Bearer ${await by({ role: "supabase_admin" })}`],
  ["no role", `Bearer ${await by({ role: undefined })}`],
  ["another iss", `Bearer ${await by({ iss: "https://other.test/auth/v1" })}`],
  ["no iss", `Bearer ${await by({ iss: undefined })}`],
  ["the legacy anon key", `Bearer ${await sign({ ...apiKey, iss: ISSUER, role: "anon" })}`],
  [
    "the legacy service key of another project",
    `Bearer ${await sign({ ...apiKey, role: "service_role" }, secret(`${JWT_SECRET}!`))}`,
  ],
  ["another key with the right kid", `Bearer ${await stranger.token({ iss: ISSUER })}`],
  ["a right key under another's kid", `Bearer ${await rs256.token({ iss: ISSUER }, "es")}`],
  ["HS256 with another secret", `Bearer ${await hs256(secret(`${JWT_SECRET}!`))}`],
  ["HS256 with the public key's PEM", `Bearer ${await hs256(secret(rs256.pem), "rs")}`],
  [
    "HS256 with the public key's JWK",
    `Bearer ${await hs256(secret(JSON.stringify(rs256.jwk)), "rs")}`,
  ],
  [
    "HS256 with the public key's bytes",
    `Bearer ${await hs256(base64url.decode(rs256.jwk.n!), "rs")}`,
  ],
  [
    "HS384 with the right secret",
    `Bearer ${await sign(userClaims({ iss: ISSUER }), undefined, { alg: "HS384" })}`,
  ],
  ["alg none without a signature", `Bearer ${unsecured}`],
  ["alg none with a signature", `Bearer ${unsecured}${signature}`],
  [
    "claims that the signature is not for",
    `Bearer ${header}.${unsecured.split(".")[1]}.${signature}`,
  ],
];

for (const [what, authorization] of REFUSED) {
  inWorld(`authenticate refuses ${what}`, (world) => refuses(world, authorization), {
    env: { ...WITH_JWKS, JWT_ISSUER: ISSUER },
  });
}

inWorld("authenticate takes what those refusals start from", async (world) => {
  for (const token of [await by({}), await es256.token({ iss: ISSUER })]) {
    assert.equal((await world.call("wpp-status", { token })).status, 404);
  }
}, { env: { ...WITH_JWKS, JWT_ISSUER: ISSUER } });

for (
  const [what, id, organization] of [
    ["a text", "org_1", "org_1"],
    ["an integer", 7, "7"],
  ] as const
) {
  inWorld(`authenticate takes the organization from app_metadata when it is ${what}`, async (w) => {
    const sub = crypto.randomUUID();
    const app_metadata = { organization_id: id };
    await accepts(w, await userToken({ sub, app_metadata }), sub, organization);
  });
}

inWorld("authenticate gives a user without an organization their own", async (world) => {
  const sub = crypto.randomUUID();
  // Users write user_metadata themselves: it decides nothing.
  const claims = { sub, app_metadata: { organization_id: null }, user_metadata: {} };
  await accepts(
    world,
    await userToken({ ...claims, user_metadata: { organization_id: "o" } }),
    sub,
  );
});

const NO_IDS = [
  {},
  [],
  ["org"],
  true,
  false,
  1.5,
  2 ** 60,
  "",
  "a\nb",
  " org",
  "org ",
  "\ud800",
  "x".repeat(256),
];
for (const id of NO_IDS) {
  inWorld(
    `the database knows no organization ${JSON.stringify(id).slice(0, 20)}`,
    async (world) => {
      const token = await userToken({ app_metadata: { organization_id: id } });
      await belongsNowhere(world, token);
    },
  );
}
