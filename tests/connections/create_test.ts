/** Creation that survives: one platform client for an organization, whatever races, dies or fails. */
import assert from "node:assert/strict";
import { Database } from "../../supabase/functions/_shared/wpp/store/database.ts";
import { readEnv } from "../../supabase/functions/_shared/wpp/env.ts";
import {
  type Connection,
  Connections,
} from "../../supabase/functions/_shared/wpp/connections/connections.ts";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld, type World } from "../support/world.ts";

const rowOf = (world: World) => world.row("select * from messenger_integrations");
const endLease = (world: World) =>
  world.database.exec("update messenger_integrations set claimed_until = now() - interval '1 s'");

async function outcome(response: Response) {
  const body = await response.json();
  return {
    ...body,
    status: response.status,
    code: body.error?.code,
    retryAfter: response.headers.get("retry-after"),
  };
}

/** Leaves what a process leaves that died while it held the claim. */
async function dieWhileCreating(world: World, token: string) {
  world.simulator.misbehave("create", { kind: "reset", when: "before" });
  const first = await outcome(await world.call("wpp-create", { token }));
  assert.equal(first.code, "gateway_unreachable");
  const row = await rowOf(world);
  assert.notEqual(row?.claimed_until, null);
  return row;
}

inWorld("wpp-create answers creation_in_progress while another holds the lease", async (world) => {
  const token = await userToken();
  await dieWhileCreating(world, token);
  const response = await world.fastForward(() => world.call("wpp-create", { token }));
  const { status, code, retryAfter } = await outcome(response);
  assert.deepEqual([status, code], [409, "creation_in_progress"]);
  assert.ok(Number(retryAfter) > 0 && Number(retryAfter) <= 30, String(retryAfter));
  assert.equal(world.simulator.countOf("create"), 1);
});

inWorld(
  "wpp-create waits shortly for a creation elsewhere and gets its connection",
  async (world) => {
    const token = await userToken();
    const row = await dieWhileCreating(world, token);
    let looks = 0;
    world.intercept = async (request) => {
      if (!request.url.endsWith("/messenger_claim_connection") || ++looks !== 3) return undefined;
      await world.database.query(
        "select messenger_finish_claim($1, $2, 'key', 'session', 'starting')",
        [
          row?.id,
          row?.claim_id,
        ],
      );
      return undefined;
    };
    const response = await world.fastForward(() => world.call("wpp-create", { token }));
    const { status, session, created } = await outcome(response);
    assert.deepEqual([status, session, created], [200, "session", false]);
    assert.equal(world.simulator.countOf("create"), 1);
  },
);

inWorld("wpp-create takes a dead creation over under the same idempotency key", async (world) => {
  const token = await userToken();
  const before = await dieWhileCreating(world, token);
  await endLease(world);
  const { status, integrationId } = await outcome(await world.call("wpp-create", { token }));
  assert.deepEqual([status, integrationId], [201, before?.id]);
  const keys = world.simulator.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.deepEqual(keys, [before?.claim_id, before?.claim_id]);
});

inWorld("wpp-create gets the same client again when the first answer was lost", async (world) => {
  const token = await userToken();
  world.simulator.misbehave("create", { kind: "reset", when: "before", execute: true });
  assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 502);
  await endLease(world);
  const { status, session } = await outcome(await world.call("wpp-create", { token }));
  assert.deepEqual([status, session], [201, world.simulator.clients[0].session]);
  assert.equal(world.simulator.clients.length, 1);
});

for (
  const fault of [
    { kind: "respond", status: 429 },
    { kind: "respond", status: 401 },
    { kind: "unsuccessful" },
  ] as const
) {
  inWorld(
    `a takeover that ends in ${JSON.stringify(fault)} keeps the key of what was lost`,
    async (world) => {
      const token = await userToken();
      world.simulator.misbehave("create", { kind: "reset", when: "before", execute: true });
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 502);
      await endLease(world);
      world.simulator.misbehave("create", fault);
      assert.notEqual((await outcome(await world.call("wpp-create", { token }))).status, 201);
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 201);
      assert.equal(world.simulator.clients.length, 1);
      const keys = world.simulator.requests.map(({ headers }) => headers["idempotency-key"]);
      assert.equal(new Set(keys).size, 1);
    },
  );
}

inWorld("an apiKey is saved though a takeover was given back meanwhile", async (world) => {
  let away = true;
  world.intercept = (request) =>
    request.url.endsWith("/messenger_finish_claim") && away ? Response.error() : undefined;
  const token = await userToken();
  await world.fastForward(async () => {
    assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 503);
    await endLease(world);
    world.simulator.misbehave("create", { kind: "respond", status: 429 });
    assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 429);
    away = false;
    while ((await rowOf(world))?.session === null) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  assert.equal((await rowOf(world))?.session, world.simulator.clients[0].session);
});

const EARLIER_SETTINGS = [
  '{"wppApiKey": null, "wppAccountNumber": "7999"}',
  '{"wppApiKey": null, "wppAccountNumber": null}',
  '{"wppApiKey": "", "wppAccountNumber": "7999"}',
  '{"wppApiKey": "key", "wppAccountNumber": ""}',
  '{"extra": 1}',
  "null",
];
for (const settings of EARLIER_SETTINGS) {
  inWorld(
    `wpp-create completes an earlier version's row with settings ${settings}`,
    async (world) => {
      const sub = crypto.randomUUID();
      const token = await userToken({ sub });
      const [{ id }] = await world.database.query(
        `insert into messenger_integrations (organization_id, name, settings)
       values ($1, 'Old', $2::text::jsonb) returning id`,
        [sub, settings],
      );
      assert.equal(
        (await outcome(await world.call("wpp-status", { token }))).code,
        "integration_not_found",
      );
      const body = { to: "+79991112233", text: "hi" };
      const headers = { "idempotency-key": "key-1" };
      const send = async () =>
        await outcome(await world.call("wpp-send", { token, body, headers }));
      assert.equal((await send()).code, "integration_not_found");
      const created = await outcome(await world.call("wpp-create", { token }));
      assert.deepEqual([created.status, created.created, created.integrationId], [201, true, id]);
      assert.equal((await rowOf(world))?.name, "Old");
      world.simulator.scan(created.session);
      assert.equal((await send()).status, 202);
    },
  );
}

for (
  const { fault, status, code } of [
    { fault: { kind: "respond", status: 403 }, status: 502, code: "gateway_error" },
    { fault: { kind: "respond", status: 401 }, status: 502, code: "gateway_error" },
    { fault: { kind: "respond", status: 429 }, status: 429, code: "rate_limited" },
    { fault: { kind: "unsuccessful" }, status: 502, code: "gateway_error" },
  ] as const
) {
  inWorld(
    `wpp-create may be called again at once after ${code} of ${JSON.stringify(fault)}`,
    async (world) => {
      const token = await userToken();
      world.simulator.misbehave("create", fault);
      const first = await outcome(await world.call("wpp-create", { token }));
      assert.deepEqual([first.status, first.code], [status, code]);
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 201);
      assert.equal(world.simulator.countOf("create"), 2);
    },
  );
}

for (
  const { fault, code } of [
    { fault: { kind: "respond", status: 500 }, code: "gateway_error" },
    { fault: { kind: "respond", status: 503 }, code: "gateway_error" },
    { fault: { kind: "html", status: 200 }, code: "gateway_invalid_response" },
    { fault: { kind: "wrong-shape", body: { apiKey: 5 } }, code: "gateway_invalid_response" },
    { fault: { kind: "reset", when: "after" }, code: "gateway_unreachable" },
  ] as const
) {
  inWorld(`wpp-create keeps its claim after ${JSON.stringify(fault)}`, async (world) => {
    world.simulator.misbehave("create", fault);
    const first = await outcome(await world.call("wpp-create", { token: await userToken() }));
    assert.equal(first.code, code);
    assert.notEqual((await rowOf(world))?.claimed_until, null);
    assert.equal(world.simulator.countOf("create"), 1);
  });
}

inWorld("wpp-create answers gateway_timeout at the deadline and keeps its claim", async (world) => {
  world.simulator.misbehave("create", { kind: "hang" });
  const token = await userToken();
  const response = await world.fastForward(() => world.call("wpp-create", { token }));
  assert.equal((await outcome(response)).code, "gateway_timeout");
  assert.notEqual((await rowOf(world))?.claimed_until, null);
  assert.equal(world.simulator.countOf("create"), 1);
});

inWorld("wpp-create saves the apiKey after a hiccup of the database", async (world) => {
  let failures = 3;
  world.intercept = (request) =>
    request.url.endsWith("/messenger_finish_claim") && failures-- > 0
      ? Response.error()
      : undefined;
  const token = await userToken();
  const response = await world.fastForward(() => world.call("wpp-create", { token }));
  assert.equal(response.status, 201);
  assert.equal(world.simulator.countOf("create"), 1);
  assert.equal(failures, -1);
});

inWorld("wpp-create goes on saving the apiKey after its response", async (world) => {
  let away = true;
  world.intercept = (request) =>
    request.url.endsWith("/messenger_finish_claim") && away ? Response.error() : undefined;
  const token = await userToken();
  await world.fastForward(async () => {
    const { status, code } = await outcome(await world.call("wpp-create", { token }));
    assert.deepEqual([status, code], [503, "database_unavailable"]);
    assert.equal((await rowOf(world))?.session, null);
    away = false;
    while ((await rowOf(world))?.session === null) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  const again = await outcome(await world.call("wpp-create", { token }));
  assert.deepEqual([again.status, again.created], [200, false]);
  assert.equal(world.simulator.clients.length, 1);
});

inWorld("the first save of a claim wins and a later one gets its row", async (world) => {
  const row = await dieWhileCreating(world, await userToken());
  const finish = async (key: string) => {
    const [{ answer }] = await world.database.query(
      "select messenger_finish_claim($1, $2, $3, 'session-of-' || $3, 'starting') as answer",
      [row?.id, row?.claim_id, key],
    );
    return (answer as { integration: { session: string } }).integration.session;
  };
  assert.equal(await finish("first"), "session-of-first");
  assert.equal(await finish("second"), "session-of-first");
});

async function connectAndRefuse(world: World, token: string) {
  await world.call("wpp-create", { token, body: { name: "Shop" } });
  await world.database.exec(
    "update messenger_integrations set api_key_issued_at = now() - interval '1 hour'",
  );
  const [client] = world.simulator.clients;
  await world.call("wpp-status", { token });
  world.simulator.revokeKey(client.apiKey);
  world.simulator.revokeTokens(client.session);
  return client;
}

inWorld(
  "wpp-create with reconnect renews what the platform refuses, on the same row",
  async (world) => {
    const token = await userToken();
    const client = await connectAndRefuse(world, token);
    const before = await rowOf(world);
    const status = await outcome(await world.call("wpp-status", { token }));
    assert.equal(status.code, "reconnect_required");

    const without = await outcome(await world.call("wpp-create", { token }));
    assert.deepEqual([without.status, without.session], [200, client.session]);
    assert.equal(world.simulator.clients.length, 1);

    const renewed = await outcome(
      await world.call("wpp-create", { token, body: { reconnect: true } }),
    );
    assert.deepEqual([renewed.status, renewed.created, renewed.integrationId], [
      201,
      true,
      before?.id,
    ]);
    const after = await rowOf(world);
    assert.equal(after?.name, "Shop");
    assert.notEqual(after?.session, client.session);
    assert.equal((await world.call("wpp-status", { token })).status, 200);
  },
);

inWorld("wpp-create with reconnect replaces nothing that works", async (world) => {
  const token = await userToken();
  await world.call("wpp-create", { token });
  const again = await outcome(await world.call("wpp-create", { token, body: { reconnect: true } }));
  assert.deepEqual([again.status, again.created], [200, false]);
  assert.equal(world.simulator.clients.length, 1);
});

inWorld("a token of the former key is not stored beside the new one", async (world) => {
  const sub = crypto.randomUUID();
  const token = await userToken({ sub });
  await connectAndRefuse(world, token);
  const database = new Database(readEnv());
  const connections = new Connections(database, sub, new Vault({ encryptionKeys: [] }));
  let reader: Connection | undefined;
  world.intercept = async (request) => {
    // The row is read while the reconnect runs: under its claim, with the former key.
    if (request.url.endsWith("/messenger_finish_claim")) reader ??= await connections.find();
    return undefined;
  };
  await world.call("wpp-create", { token, body: { reconnect: true } });
  await connections.saveToken(reader!, { value: "former", expiresAt: Date.now() + 60_000 });
  assert.equal((await rowOf(world))?.access_token, null);
});

inWorld("two reconnects at once make one new client", async (world) => {
  const token = await userToken();
  await connectAndRefuse(world, token);
  const answers = await world.fastForward(() =>
    Promise.all([1, 2].map(() => world.call("wpp-create", { token, body: { reconnect: true } })))
  );
  const [one, other] = await Promise.all(answers.map(outcome));
  assert.equal(one.session, other.session);
  assert.deepEqual([one.created, other.created].sort(), [false, true]);
  assert.equal(world.simulator.clients.length, 2);
});

inWorld("reconnect renews a connection whose session the platform has forgotten", async (world) => {
  const token = await userToken();
  await world.call("wpp-create", { token });
  world.simulator.forget(world.simulator.clients[0].session);
  assert.equal(
    (await outcome(await world.call("wpp-status", { token }))).code,
    "reconnect_required",
  );
  const renewed = await outcome(
    await world.call("wpp-create", { token, body: { reconnect: true } }),
  );
  assert.deepEqual([renewed.status, renewed.created], [201, true]);
});

inWorld("wpp-create uses a connection of an earlier version under its two names", async (world) => {
  const sub = crypto.randomUUID();
  const { apiKey, session } = await clientOfEarlierVersion(world);
  await world.database.query(
    `insert into messenger_integrations (organization_id, settings) values ($1, jsonb_build_object(
      'wppApiKey', $2::text, 'wppAccountNumber', $3::text))`,
    [sub, apiKey, session],
  );
  const token = await userToken({ sub });
  const created = await outcome(await world.call("wpp-create", { token }));
  assert.deepEqual([created.status, created.session, created.created], [200, session, false]);
  const status = await outcome(await world.call("wpp-status", { token, body: { session } }));
  assert.deepEqual([status.status, status.session], [200, session]);
});

inWorld("a stored session that would climb out of its path is no connection", async (world) => {
  const sub = crypto.randomUUID();
  await world.database.query(
    `insert into messenger_integrations (organization_id, settings)
     values ($1, '{"apiKey": "key", "session": ".."}')`,
    [sub],
  );
  const { code } = await outcome(
    await world.call("wpp-status", { token: await userToken({ sub }) }),
  );
  assert.equal(code, "integration_not_found");
  assert.equal(world.simulator.requests.length, 0);
});

async function clientOfEarlierVersion(world: World) {
  await world.call("wpp-create", { token: await userToken() });
  await world.database.exec("delete from messenger_integrations");
  return world.simulator.clients[0];
}
