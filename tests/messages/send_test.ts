/** The send ledger and Idempotency-Key: nothing is sent twice, and no row says what did not happen. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld, type World } from "../support/world.ts";

const MESSAGE = { to: "+79991112233", text: "hello" };

async function connected(world: World): Promise<string> {
  const token = await userToken();
  const { session } = await (await world.call("wpp-create", { token })).json();
  world.simulator.scan(session);
  return token;
}

async function send(world: World, token: string, key?: string, body: object = MESSAGE) {
  const headers = key === undefined ? undefined : { "idempotency-key": key };
  const response = await world.call("wpp-send", { token, body, headers });
  const content = await response.json();
  return {
    http: response.status,
    code: content.error?.code,
    retryable: content.error?.retryable,
    replayed: response.headers.get("idempotency-replayed"),
    content,
  };
}

const rows = (world: World) =>
  world.database.query("select * from messenger_messages order by created_at");
const only = async (world: World) => {
  const all = await rows(world);
  assert.equal(all.length, 1);
  return all[0];
};

inWorld("wpp-send writes a row with what was sent, and the platform's task", async (world) => {
  const token = await connected(world);
  const { http, content } = await send(world, token, "key-1");
  const row = await only(world);
  assert.equal(http, 202);
  assert.deepEqual(content, {
    messageId: row.id,
    taskId: world.simulator.messages[0].taskId,
    session: world.simulator.clients[0].session,
    to: "+79991112233",
    status: "accepted",
  });
  const integration = await world.row("select * from messenger_integrations");
  const { integration_id, organization_id, created_by, recipient, text, idempotency_key } = row;
  assert.deepEqual(
    { integration_id, organization_id, created_by, recipient, text, idempotency_key },
    {
      integration_id: integration?.id,
      organization_id: integration?.organization_id,
      created_by: integration?.created_by,
      recipient: "+79991112233",
      text: "hello",
      idempotency_key: "key-1",
    },
  );
  assert.deepEqual([row.status, row.task_id, row.error_code], ["accepted", content.taskId, null]);
});

inWorld("wpp-send opens the row before the platform is called", async (world) => {
  const token = await connected(world);
  const seen: unknown[] = [];
  const fetch = world.simulator.fetch;
  world.network.serve("http://wpp.test", async (request) => {
    if (request.url.endsWith("/text")) seen.push((await only(world)).status);
    return await fetch(request);
  });
  await send(world, token);
  assert.deepEqual(seen, ["sending"]);
});

inWorld("the platform sees the row's id as its key, the same at each try", async (world) => {
  const token = await connected(world);
  world.simulator.misbehave("send", { kind: "respond", status: 429 });
  await send(world, token, "key-1");
  const { content } = await send(world, token, "key-1");
  const keys = world.simulator.requests.filter(({ call }) => call === "send")
    .map(({ headers }) => headers["idempotency-key"]);
  assert.deepEqual(keys, [content.messageId, content.messageId]);
});

inWorld("the same key and request replays the stored response", async (world) => {
  const token = await connected(world);
  const first = await send(world, token, "key-1");
  const second = await send(world, token, "key-1", { to: "+7 999 111-22-33", text: "hello" });
  assert.equal(first.replayed, null);
  assert.equal(second.replayed, "true");
  assert.deepEqual([second.http, second.content], [202, first.content]);
  assert.equal(world.simulator.messages.length, 1);
});

inWorld("the same key with another request is idempotency_key_reused", async (world) => {
  const token = await connected(world);
  await send(world, token, "key-1");
  for (const change of [{ text: "other" }, { to: "+79991112234" }]) {
    const { http, code } = await send(world, token, "key-1", { ...MESSAGE, ...change });
    assert.deepEqual([http, code], [422, "idempotency_key_reused"]);
  }
  assert.equal(world.simulator.messages.length, 1);
});

inWorld("a key belongs to one organization", async (world) => {
  const [one, other] = [await connected(world), await connected(world)];
  await send(world, one, "key-1");
  const { http, replayed } = await send(world, other, "key-1", { ...MESSAGE, text: "mine" });
  assert.deepEqual([http, replayed], [202, null]);
  assert.equal(world.simulator.messages.length, 2);
});

inWorld("twenty sends at once under one key reach the platform once", async (world) => {
  const token = await connected(world);
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(world, token, "key-1")));
  const counts = Object.groupBy(answers, ({ http }) => String(http));
  assert.ok((counts["202"]?.length ?? 0) >= 1);
  assert.deepEqual(Object.keys(counts).filter((http) => !["202", "409"].includes(http)), []);
  for (const { code } of counts["409"] ?? []) assert.equal(code, "idempotency_in_progress");
  assert.equal(world.simulator.countOf("send"), 1);
});

inWorld("a key whose send still runs is idempotency_in_progress", async (world) => {
  const token = await connected(world);
  await send(world, token, "key-1");
  await world.database.exec("update messenger_messages set status = 'sending', task_id = null");
  const { http, code, retryable } = await send(world, token, "key-1");
  assert.deepEqual([http, code, retryable], [409, "idempotency_in_progress", true]);
});

inWorld("a row that a dead isolate left sending becomes unknown when it is met", async (world) => {
  const token = await connected(world);
  await send(world, token, "key-1");
  await world.database.exec(`update messenger_messages set status = 'sending', task_id = null,
    attempt_started_at = now() - interval '2 minutes'`);
  for (let time = 0; time < 2; time++) {
    const { http, code, retryable, replayed } = await send(world, token, "key-1");
    assert.deepEqual([http, code, retryable], [504, "delivery_unknown", false]);
    assert.equal(replayed, "true");
  }
  assert.equal((await only(world)).status, "unknown");
  assert.equal(world.simulator.countOf("send"), 1);
});

const UNKNOWN: Fault[] = [
  { kind: "reset", when: "before" },
  { kind: "reset", when: "before", execute: true },
  { kind: "reset", when: "after", execute: true },
  { kind: "respond", status: 500 },
  { kind: "respond", status: 502, execute: true },
  { kind: "respond", status: 503 },
  { kind: "html", status: 200 },
  { kind: "empty", status: 204 },
  { kind: "truncated" },
  { kind: "wrong-shape", body: { success: true } },
];
for (const fault of UNKNOWN) {
  inWorld(
    `a send that ends in ${JSON.stringify(fault)} is delivery_unknown for good`,
    async (world) => {
      const token = await connected(world);
      world.simulator.misbehave("send", fault);
      const first = await send(world, token, "key-1");
      assert.deepEqual([first.http, first.code, first.retryable], [504, "delivery_unknown", false]);
      const second = await send(world, token, "key-1");
      assert.deepEqual([second.http, second.code, second.replayed], [
        504,
        "delivery_unknown",
        "true",
      ]);
      assert.equal((await only(world)).status, "unknown");
      assert.equal(world.simulator.countOf("send"), 1);
    },
  );
}

inWorld(
  "a send that the platform does not answer is delivery_unknown at the deadline",
  async (world) => {
    const token = await connected(world);
    world.simulator.misbehave("send", { kind: "hang" });
    const { http, code } = await world.fastForward(() => send(world, token, "key-1"));
    assert.deepEqual([http, code], [504, "delivery_unknown"]);
    assert.equal((await only(world)).status, "unknown");
    assert.equal(world.simulator.countOf("send"), 1);
  },
);

inWorld(
  "a send that the platform refuses has failed, and its key answers the same",
  async (world) => {
    const token = await connected(world);
    world.simulator.misbehave("send", { kind: "respond", status: 400 });
    const first = await send(world, token, "key-1");
    assert.deepEqual([first.http, first.code, first.retryable], [502, "gateway_error", false]);
    const { status, error_code } = await only(world);
    assert.deepEqual([status, error_code], ["failed", "gateway_error"]);
    const second = await send(world, token, "key-1");
    assert.deepEqual([second.http, second.code, second.replayed], [502, "gateway_error", "true"]);
    assert.equal(world.simulator.countOf("send"), 1);
  },
);

for (
  const { name, fail, http, code } of [
    {
      name: "the platform limited",
      fail: (world: World) =>
        world.simulator.misbehave("send", {
          kind: "respond",
          status: 429,
          headers: { "retry-after": "3" },
        }),
      http: 429,
      code: "rate_limited",
    },
    {
      name: "found WhatsApp disconnected",
      fail: (world: World) => world.simulator.disconnect(world.simulator.clients[0].session),
      http: 409,
      code: "not_connected",
    },
    {
      name: "failed before dispatch",
      fail: (world: World) =>
        world.simulator.misbehave("token", { kind: "respond", status: 500 }, { times: 1 }),
      http: 502,
      code: "gateway_error",
    },
  ]
) {
  inWorld(`a key whose first try ${name} may be used again`, async (world) => {
    const token = await connected(world);
    fail(world);
    const first = await send(world, token, "key-1");
    assert.deepEqual([first.http, first.code], [http, code]);
    assert.equal((await only(world)).status, "failed");
    world.simulator.scan(world.simulator.clients[0].session);
    const second = await send(world, token, "key-1");
    assert.deepEqual([second.http, second.replayed], [202, null]);
    const row = await only(world);
    assert.deepEqual([row.status, row.attempt], ["accepted", 2]);
    assert.equal(world.simulator.messages.length, 1);
  });
}

inWorld(
  "a message refused for another reason asks why: not_connected when WhatsApp is not",
  async (world) => {
    const token = await connected(world);
    world.simulator.disconnect(world.simulator.clients[0].session);
    world.simulator.misbehave("send", { kind: "unsuccessful" });
    assert.equal((await send(world, token)).code, "not_connected");
    world.simulator.scan(world.simulator.clients[0].session);
    world.simulator.misbehave("send", { kind: "unsuccessful" });
    assert.equal((await send(world, token)).code, "gateway_error");
  },
);

for (const fault of [{ kind: "html", status: 200 }, { kind: "respond", status: 400 }] as const) {
  inWorld(
    `a key whose exchange ended in ${JSON.stringify(fault)} may be used again`,
    async (world) => {
      const token = await connected(world);
      world.simulator.misbehave("token", fault);
      assert.equal((await send(world, token, "key-1")).http, 502);
      assert.equal(world.simulator.countOf("send") + world.simulator.countOf("status"), 0);
      const second = await send(world, token, "key-1");
      assert.deepEqual([second.http, second.replayed], [202, null]);
    },
  );
}

inWorld(
  "a row that was given up becomes accepted when its close comes after all",
  async (world) => {
    const token = await connected(world);
    let away = true;
    world.intercept = (request) =>
      request.method === "PATCH" && away ? Response.error() : undefined;
    await world.fastForward(async () => {
      assert.equal((await send(world, token, "key-1")).http, 202);
      await world.database.exec("update messenger_messages set status = 'unknown'");
      away = false;
      for (let look = 0; look < 100 && (await only(world)).status === "unknown"; look++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    const { status, error_code } = await only(world);
    assert.deepEqual([status, error_code], ["accepted", null]);
  },
);

inWorld("nothing is sent when the row cannot be opened", async (world) => {
  const token = await connected(world);
  world.intercept = (request) =>
    request.url.endsWith("/messenger_begin_send") ? Response.error() : undefined;
  const { http, code } = await send(world, token, "key-1");
  assert.deepEqual([http, code], [503, "database_unavailable"]);
  assert.equal(world.simulator.countOf("send"), 0);
});

inWorld(
  "a send is accepted though its row cannot be closed, which goes on meanwhile",
  async (world) => {
    const token = await connected(world);
    let away = true;
    world.intercept = (request) =>
      request.method === "PATCH" && away ? Response.error() : undefined;
    await world.fastForward(async () => {
      const { http } = await send(world, token, "key-1");
      assert.equal(http, 202);
      assert.equal((await only(world)).status, "sending");
      away = false;
      while ((await only(world)).status === "sending") {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    assert.equal((await only(world)).status, "accepted");
  },
);

inWorld("a late close of one attempt does not close the next", async (world) => {
  const token = await connected(world);
  await send(world, token, "key-1");
  await world.database.exec("update messenger_messages set status = 'sending', attempt = 2");
  const { id } = await only(world);
  const { Database } = await import("../../supabase/functions/_shared/wpp/store/database.ts");
  const { SendLedger } = await import(
    "../../supabase/functions/_shared/wpp/messages/send_ledger.ts"
  );
  const { readEnv } = await import("../../supabase/functions/_shared/wpp/env.ts");
  await new SendLedger(new Database(readEnv()), "o").accept(
    { id: String(id), attempt: 1 },
    "late",
  );
  assert.equal((await only(world)).status, "sending");
});

inWorld("an Idempotency-Key that is no key is refused by its name", async (world) => {
  const token = await connected(world);
  for (const key of ["", "x".repeat(256), "tab\there"]) {
    const { http, code, content } = await send(world, token, key);
    assert.deepEqual([http, code], [400, "invalid_request"]);
    assert.deepEqual(Object.keys(content.error.fields), ["idempotency-key"]);
  }
  assert.equal((await send(world, token, "x".repeat(255))).http, 202);
});

inWorld(
  "messenger_expire_messages marks what dead isolates left, and nothing else",
  async (world) => {
    const token = await connected(world);
    for (const key of ["dead", "alive", "done"]) await send(world, token, key);
    await world.database.exec(`update messenger_messages set status = 'sending'
    where idempotency_key in ('dead', 'alive');
    update messenger_messages set attempt_started_at = now() - interval '10 minutes'
    where idempotency_key in ('dead', 'done')`);
    const [{ count }] = await world.database.query("select messenger_expire_messages() as count");
    assert.equal(Number(count), 1);
    const status = Object.fromEntries(
      (await rows(world)).map((r) => [r.idempotency_key, r.status]),
    );
    assert.deepEqual(status, { dead: "unknown", alive: "sending", done: "accepted" });
  },
);

inWorld("messenger_delete_messages deletes what is older, but nothing that runs", async (world) => {
  const token = await connected(world);
  for (const key of ["old", "new", "running"]) await send(world, token, key);
  await world.database.exec(`update messenger_messages set created_at = now() - interval '40 days'
    where idempotency_key <> 'new';
    update messenger_messages set status = 'sending' where idempotency_key = 'running'`);
  const [{ count }] = await world.database.query(
    "select messenger_delete_messages(interval '30 days') as count",
  );
  assert.equal(Number(count), 1);
  assert.deepEqual((await rows(world)).map((row) => row.idempotency_key).sort(), [
    "new",
    "running",
  ]);
});
