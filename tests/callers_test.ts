/** Every function, called by every kind of caller. */
import assert from "node:assert/strict";
import { UnsecuredJWT } from "jose";
import { callAll, everyCall, OF_SHOP, SHOP, shop } from "./support/callers.ts";
import { sign, userToken } from "./support/jwt.ts";
import { secret } from "./support/keys.ts";
import { answerOf, connectionRows, WITH_SECRET } from "./support/numbers.ts";
import { inWorld, PUBLISHABLE_KEY, SECRET_KEY } from "./support/world.ts";

const OTHER_SECRET_KEY = "sb_secret_of_another_name";
const now = Math.floor(Date.now() / 1000);
const serviceToken = (claims = {}, key?: Uint8Array) =>
  sign({ role: "service_role", iss: "supabase", iat: now, exp: now + 3600, ...claims }, key);
const ANON_KEY = await sign({ role: "anon", iat: now, exp: now + 3600 });
const LEGACY_KEY = await serviceToken({}, secret("a secret that the functions do not know of"));

const KEYS = {
  SUPABASE_SECRET_KEYS: JSON.stringify({ default: SECRET_KEY, jobs: OTHER_SECRET_KEY }),
  SUPABASE_SERVICE_ROLE_KEY: LEGACY_KEY,
};

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
type Headers = Record<string, string>;

const TAKEN = { ...everyCall("200"), send: "202" };

/** What the organization does not have. */
const NOTHING = { session: "1", messageId: crypto.randomUUID() };
const FOREIGN = {
  ...everyCall("404 integration_not_found"),
  connections: "200",
  react: "404 message_not_found",
  delete: "404 message_not_found",
};

const USERS: Record<string, { headers: () => Promise<Headers>; env?: Headers }> = {
  "a user": { headers: async () => bearer(await userToken(OF_SHOP)) },
  "a user beside the publishable key": {
    headers: async () => ({ ...bearer(await userToken(OF_SHOP)), apikey: PUBLISHABLE_KEY }),
  },
  "a user beside the secret key": {
    headers: async () => ({ ...bearer(await userToken(OF_SHOP)), apikey: SECRET_KEY }),
  },
  "an anonymous user where they are let in": {
    headers: async () => bearer(await userToken({ ...OF_SHOP, is_anonymous: true })),
    env: { ALLOW_ANONYMOUS_USERS: "true" },
  },
};
for (const [who, { headers, env }] of Object.entries(USERS)) {
  inWorld(`every function takes ${who}, who cannot name an organization`, async (world) => {
    const [subject, caller] = [await shop(world), await headers()];
    assert.deepEqual(
      await callAll(world, caller, subject, { organizationId: SHOP }),
      everyCall("400 invalid_request"),
    );
    assert.deepEqual(await callAll(world, caller, subject), TAKEN);
  }, { env: { ...KEYS, ...env } });
}

const SERVERS: Record<string, () => Headers | Promise<Headers>> = {
  "the secret key as apikey": () => ({ apikey: SECRET_KEY }),
  "the secret key as Bearer": () => bearer(SECRET_KEY),
  "the secret key as both, as supabase-js sends it": () => ({
    ...bearer(SECRET_KEY),
    apikey: SECRET_KEY,
  }),
  "a secret key of another name": () => ({ apikey: OTHER_SECRET_KEY }),
  "the legacy service key": () => bearer(LEGACY_KEY),
  "the legacy service key as apikey": () => ({ apikey: LEGACY_KEY }),
  "a service key that verifies": async () => bearer(await serviceToken()),
};
inWorld("every function takes the secret key with an organization", async (world) => {
  const subject = await shop(world);
  const outcomes = await callAll(world, { apikey: SECRET_KEY }, subject, { organizationId: SHOP });
  assert.deepEqual(outcomes, TAKEN);
}, { ...WITH_SECRET, env: { ...KEYS, ...WITH_SECRET.env } });
inWorld("every function takes each form of a secret key", async (world) => {
  for (const [who, headers] of Object.entries(SERVERS)) {
    const outcomes = await callAll(world, await headers(), NOTHING, { organizationId: SHOP });
    assert.deepEqual(outcomes, FOREIGN, who); // they looked for what is not there
  }
}, { ...WITH_SECRET, env: { ...KEYS, ...WITH_SECRET.env } });

const NOBODIES: Record<string, () => Headers | Promise<Headers>> = {
  "no credential": () => ({}),
  "an empty Authorization": () => ({ authorization: "" }),
  "the publishable key as apikey": () => ({ apikey: PUBLISHABLE_KEY }),
  "the publishable key as Bearer": () => bearer(PUBLISHABLE_KEY),
  "the secret key beside the publishable one as Bearer": () => ({
    ...bearer(PUBLISHABLE_KEY),
    apikey: SECRET_KEY,
  }),
  "the secret key beside another scheme": () => ({
    authorization: `Basic ${SECRET_KEY}`,
    apikey: SECRET_KEY,
  }),
  "the secret key and one more letter": () => ({ apikey: `${SECRET_KEY}x` }),
  "the secret key but for its last letter": () => bearer(SECRET_KEY.slice(0, -1)),
  "the secret key in capitals": () => ({ apikey: SECRET_KEY.toUpperCase() }),
  "an anonymous user": async () => bearer(await userToken({ ...OF_SHOP, is_anonymous: true })),
  "a user's token as apikey": async () => ({ apikey: await userToken(OF_SHOP) }),
  "an expired user beside the secret key": async () => ({
    ...bearer(await userToken({ ...OF_SHOP, exp: now - 3600 })),
    apikey: SECRET_KEY,
  }),
  "the anon key": () => bearer(ANON_KEY),
  "a user who claims the role of another": async () => bearer(await userToken({ role: "anon" })),
  "a service key under another secret": async () =>
    bearer(await serviceToken({}, secret("another secret that is long enough"))),
  "a service key without a signature": () =>
    bearer(`${new UnsecuredJWT({ role: "service_role" }).encode()}`),
  "a service key of alg none with a signature": () =>
    bearer(`${new UnsecuredJWT({ role: "service_role" }).encode()}AAAA`),
  "an expired service key": async () => bearer(await serviceToken({ exp: now - 3600 })),
  "a service key that is not valid yet": async () =>
    bearer(await serviceToken({ nbf: now + 3600 })),
  "a service key whose role is a list": async () =>
    bearer(await sign({ role: ["service_role"] as never, iat: now, exp: now + 3600 })),
};
inWorld("no function takes anybody else, and nothing is read or asked for them", async (world) => {
  for (const [who, headers] of Object.entries(NOBODIES)) {
    for (const more of [{}, { organizationId: SHOP }]) {
      const outcomes = await callAll(world, await headers(), NOTHING, more as Headers);
      assert.deepEqual(outcomes, everyCall("401 unauthorized"), who);
    }
  }
  assert.deepEqual([world.serviceCalls, world.simulator.requests], [[], []]);
}, { env: KEYS });

const MISPLACED: Record<string, { key: string; env: Record<string, string> }> = {
  "the publishable key": { key: PUBLISHABLE_KEY, env: { SUPABASE_SECRET_KEY: PUBLISHABLE_KEY } },
  "another publishable key": {
    key: "sb_publishable_x",
    env: { SUPABASE_SERVICE_ROLE_KEY: "sb_publishable_x" },
  },
  "the anon key": {
    key: ANON_KEY,
    env: { SUPABASE_SERVICE_ROLE_KEY: ANON_KEY, SUPABASE_ANON_KEY: ANON_KEY },
  },
  "the anon key, which no other variable holds": {
    key: ANON_KEY,
    env: { SUPABASE_SERVICE_ROLE_KEY: ANON_KEY },
  },
};
for (const [what, { key, env }] of Object.entries(MISPLACED)) {
  inWorld(`${what} opens nothing when it stands where a secret key should`, async (world) => {
    for (const headers of [{ apikey: key }, bearer(key)] as Headers[]) {
      const outcomes = await callAll(world, headers, NOTHING, { organizationId: SHOP });
      assert.deepEqual(outcomes, everyCall("401 unauthorized"));
    }
  }, { env });
}

inWorld("every function hides what belongs to another organization", async (world) => {
  const subject = await shop(world);
  const cafe = { app_metadata: { organization_id: "cafe" } };
  await world.connect(cafe);
  const before = await connectionRows(world);
  const asked = world.simulator.requests.length;
  const user = bearer(await userToken(cafe));
  assert.deepEqual(await callAll(world, user, subject), FOREIGN);
  const server = { apikey: SECRET_KEY };
  assert.deepEqual(await callAll(world, server, subject, { organizationId: "cafe" }), FOREIGN);
  assert.deepEqual(await callAll(world, server, subject, { organizationId: "nobody" }), FOREIGN);
  assert.equal(world.simulator.requests.length, asked);
  assert.deepEqual(await connectionRows(world), before);
  const list = await answerOf(
    await world.call("wpp-connections", { headers: server, query: "?organizationId=nobody" }),
  );
  assert.deepEqual(list.connections, []);
}, { ...WITH_SECRET, env: { ...KEYS, ...WITH_SECRET.env } });

inWorld("wpp-create answers not_supported to a server without WPP_SECRET", async (world) => {
  await shop(world);
  const asked = world.simulator.requests.length;
  for (const body of [{}, { another: true }, { reconnect: true }]) {
    const answer = await answerOf(
      await world.call("wpp-create", {
        headers: { apikey: SECRET_KEY },
        body: { organizationId: SHOP, ...body },
      }),
    );
    assert.deepEqual([answer.http, answer.code], [409, "not_supported"]);
    assert.match(answer.error.message, /WPP_SECRET/);
  }
  assert.equal(world.simulator.requests.length, asked);
});
