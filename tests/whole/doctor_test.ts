import assert from "node:assert/strict";
import { examine } from "../../tools/doctor/examine.ts";
import type { DoctorOptions } from "../../tools/doctor/options.ts";
import { BREAKAGES, type Intercept } from "../support/breakages.ts";
import { SimulatedReset } from "../../local/simulator/simulator.ts";
import { answerMembers, scriptedRealtime } from "../support/scripted_realtime.ts";
import { NEWEST } from "../support/sealed.ts";
import { giveWebhook, post } from "../support/webhook.ts";
import { inWorld, PUBLISHABLE_KEY, SUPABASE_URL } from "../support/world.ts";

const PASSWORD = "the-doctor-never-prints-this";
const ORIGIN = "https://app.example.com"; // as breakages.ts has it

/** Where a platform does not answer. */
const DOWN = "https://down.test";

/** States by check. */
type States = Record<string, string>;

const ALL_WELL: States = {
  project: "passed",
  deployed: "passed",
  configured: "passed",
  refusal: "passed",
  webhook: "passed",
  cors: "passed",
  database: "passed",
  "wpp-base-url": "skipped",
  "sign-in": "passed",
  advice: "warned", // the world has no encryption keys
  create: "passed",
  qr: "passed",
  status: "passed",
  connections: "passed",
  reading: "passed",
  receiving: "skipped", // nobody has scanned the code
  push: "passed",
  media: "passed",
  platform: "passed",
};

async function signUp() {
  const credentials = { email: `${crypto.randomUUID()}@example.com`, password: PASSWORD };
  await fetch(`${SUPABASE_URL}/auth/v1/signup`, {
    method: "POST",
    headers: { apikey: PUBLISHABLE_KEY, "content-type": "application/json" },
    body: JSON.stringify(credentials),
  });
  return credentials;
}

/** Examines the world as a new user. */
async function diagnose(
  given: Partial<DoctorOptions> = {},
  intercept: Intercept = () => undefined,
) {
  const credentials = await signUp();
  const options = { url: SUPABASE_URL, key: PUBLISHABLE_KEY, create: true, origin: ORIGIN };
  const findings = await examine(
    { ...options, credentials, ...given },
    async (input, init) => {
      const request = new Request(input, init);
      return intercept(request) ?? await fetch(request);
    },
    scriptedRealtime(answerMembers),
  );
  assert(!JSON.stringify(findings).includes(PASSWORD));
  const states: States = Object.fromEntries(findings.map((one) => [one.name, one.state]));
  const message = (name: string) => findings.find((one) => one.name === name)!.message;
  return { states, message };
}

for (const breakage of BREAKAGES) {
  const { when, check, state = "failed", says, env, options, intercept, faults } = breakage;
  inWorld(`doctor names ${check} when ${when}`, async ({ simulator }) => {
    if (faults) {
      for (const call of ["create", "token", "qr", "status"] as const) {
        simulator.misbehave(call, faults, { times: Infinity });
      }
    }
    const { states, message } = await diagnose(options, intercept);
    assert.equal(states[check], state, JSON.stringify(states));
    assert.match(message(check), says);
  }, { env });
}

inWorld("doctor passes everything when the project is well", async ({ simulator }) => {
  assert.deepEqual((await diagnose()).states, ALL_WELL);
  assert.equal(simulator.countOf("create"), 1);
  assert.equal(simulator.countOf("send"), 0);
});

inWorld("doctor passes the platform's URL when anything answers there", async () => {
  const wppBaseUrl = "https://wpp.example.com";
  const { states } = await diagnose(
    { wppBaseUrl },
    ({ url }) => url.startsWith(wppBaseUrl) ? new Response(null, { status: 404 }) : undefined,
  );
  assert.equal(states["wpp-base-url"], "passed");
});

inWorld("doctor passes the origin when ALLOWED_ORIGINS has it", async () => {
  assert.deepEqual((await diagnose()).states, ALL_WELL);
}, { env: { ALLOWED_ORIGINS: `https://other.example.com,${ORIGIN}` } });

inWorld("doctor passes the database when its tables are closed to clients", async () => {
  const { states } = await diagnose(
    {},
    (request) =>
      request.url.includes("/rest/v1/messenger_") &&
        !/^Bearer ey/.test(request.headers.get("authorization") ?? "")
        ? Response.json({ code: "42501", message: "permission denied" }, { status: 401 })
        : undefined,
  );
  assert.deepEqual(states, ALL_WELL);
});

inWorld("doctor changes nothing when it may not create", async (world) => {
  const { states } = await diagnose({ create: false });
  const unknown = { create: "skipped", qr: "skipped" };
  assert.deepEqual(states, { ...ALL_WELL, ...unknown });
  const calls = world.simulator.requests.filter(({ path }) => path !== "/");
  assert.deepEqual(calls, []);
  const row = await world.row("select count(*)::int as rows from public.messenger_integrations");
  assert.deepEqual(row, { rows: 0 });
});

inWorld("doctor checks what needs no user when it has no credentials", async () => {
  const { states, message } = await diagnose({ credentials: undefined, create: false });
  const unknown: States = {
    "sign-in": "skipped",
    create: "skipped",
    qr: "skipped",
    status: "skipped",
    connections: "skipped",
    reading: "skipped",
    receiving: "skipped",
    push: "skipped",
    media: "skipped",
  };
  assert.deepEqual(states, { ...ALL_WELL, ...unknown });
  assert.match(message("sign-in"), /DOCTOR_EMAIL/);
  assert.match(
    message("advice"),
    /a user alone whether WPP_ENCRYPTION_KEYS is set.*WPP_WEBHOOK_URL.*secrets list/,
  );
});

for (const hasUser of [true, false]) {
  inWorld(
    `doctor fails the platform when the functions cannot reach it, ${
      hasUser ? "and the user has no connection" : "also without a user"
    }`,
    async ({ network }) => {
      network.serve(DOWN, () => Promise.reject(new SimulatedReset()));
      const options = hasUser ? { create: false } : { create: false, credentials: undefined };
      const { states, message } = await diagnose(options);
      assert.equal(states.platform, "failed");
      assert.match(message("platform"), /cannot reach it: check WPP_BASE_URL/);
      const failed = Object.values(states).filter((state) => state === "failed");
      assert.equal(failed.length, 1);
    },
    { env: { WPP_BASE_URL: DOWN } },
  );
}

inWorld("doctor does not know of the platform when the functions do not tell", async () => {
  const untold: Intercept = (request) =>
    request.headers.has("x-wpp-doctor")
      ? Response.json({ error: { code: "unauthorized" } }, { status: 401 })
      : undefined;
  const { states } = await diagnose({ create: false }, untold);
  assert.deepEqual([states.platform, states.advice], ["skipped", "skipped"]);
});

inWorld("doctor passes what comes in when events come", async (world) => {
  const credentials = await signUp();
  await diagnose({ credentials });
  const [{ session }] = world.simulator.clients;
  world.simulator.scan(session);
  const hook = await giveWebhook(world, session);
  await world.database.exec("update messenger_integrations set webhook_registered_at = now()");
  const state = { type: "connected", data: { account: session } };
  assert.equal((await post(hook, state)).status, 200);
  const { states, message } = await diagnose({ credentials });
  assert.equal(states.receiving, "passed", message("receiving"));
  assert.match(message("receiving"), new RegExp(`^${session}: \\d{4}-`));
});

inWorld("doctor names WPP_ENCRYPTION_KEYS when they are not set", async () => {
  const { states, message } = await diagnose();
  assert.equal(states.advice, "warned");
  assert.match(message("advice"), /^WPP_ENCRYPTION_KEYS is not set: .*WPP_BASE_URL is not https/);
});

inWorld("doctor passes the advice when it is followed", async ({ network }) => {
  network.serve("https://wpp.test", () => Promise.resolve(new Response(null, { status: 404 })));
  assert.equal((await diagnose({ create: false })).states.advice, "passed");
}, {
  env: {
    WPP_BASE_URL: "https://wpp.test",
    WPP_ENCRYPTION_KEYS: NEWEST,
    WPP_WEBHOOK_URL: "https://project.test/functions/v1/wpp-webhook",
    SUPABASE_PUBLIC_URL: "https://project.test",
  },
});

inWorld(
  "doctor distinguishes a refused connection from a platform that is unavailable",
  async (world) => {
    const { simulator, database } = world;
    const credentials = await signUp();
    await diagnose({ credentials });
    // A key's first minute is over: in that, a refusal may mean that it is not active yet.
    await database.exec(
      "update public.messenger_integrations set api_key_issued_at = now() - interval '1 hour'",
    );
    simulator.revokeKey(simulator.clients[0].apiKey);
    simulator.revokeTokens();
    const { states, message } = await diagnose({ credentials });
    assert.equal(states.platform, "passed");
    assert.equal(states.status, "failed");
    assert.match(message("status"), /reconnect_required: .*"reconnect": true/);
  },
);
