/** wpp-webhook over HTTP: methods, queries, and what it says and logs. */
import assert from "node:assert/strict";
import {
  connectHooked,
  databaseCalls,
  incoming,
  messages,
  newToken,
  post,
  postTo,
  tell,
} from "../support/webhook.ts";
import { inWorld } from "../support/world.ts";

const ORIGIN = "https://shop.example.com";
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

for (const origins of [undefined, ORIGIN]) {
  inWorld(
    `wpp-webhook lets no page call it when ALLOWED_ORIGINS is ${origins}`,
    async (world) => {
      const { hook, session } = await connectHooked(world);
      const body = JSON.stringify(incoming(session));
      const calls = databaseCalls(world);
      const headers = {
        "origin": ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      };
      for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]) {
        const response = await postTo(`?token=${hook}`, { method, headers });
        assert.equal(response.status, 405, method);
        assert.equal(response.headers.get("allow"), "POST", method);
        assertNoCors(response);
      }
      assert.deepEqual(calls(), []);
      for (const token of [hook, newToken()]) assertNoCors(await post(token, body, { headers }));
    },
    { env: { ALLOWED_ORIGINS: origins } },
  );
}

function assertNoCors({ headers }: Response): void {
  const names = [...headers.keys()];
  assert.deepEqual(names.filter((name) => /^access-control|^vary$/.test(name)), []);
}

inWorld("wpp-webhook ignores other parameters of the query", async (world) => {
  const { hook, session } = await connectHooked(world);
  const body = JSON.stringify(incoming(session));
  for (const query of [`?a=1&token=${hook}`, `?token=${hook}&TOKEN=x&session=9&account`]) {
    assert.equal((await postTo(query, { body })).status, 200);
  }
  assert.equal((await messages(world)).length, 2);
});

inWorld("wpp-webhook takes a body of any content type", async (world) => {
  const { hook, session } = await connectHooked(world);
  const body = new TextEncoder().encode(JSON.stringify(incoming(session)));
  const types = [
    {},
    ...["text/plain", "application/x-www-form-urlencoded", "image/png"]
      .map((type) => ({ "content-type": type })),
  ];
  for (const headers of types) {
    assert.equal((await post(hook, body, { headers: { ...headers } })).status, 200);
  }
  assert.equal((await messages(world)).length, types.length);
});

inWorld("wpp-webhook gives each answer an id, which its log line has", async (world) => {
  const { hook, session } = await connectHooked(world);
  world.logs.length = 0;
  const answers = [
    await post(hook, incoming(session)),
    await post(hook, "no JSON"),
    await post(newToken(), "{}"),
    await postTo("", { method: "GET" }),
  ];
  world.intercept = () => Response.error();
  answers.push(await post(hook, incoming(session)));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 404, 405, 503]);
  const ids = answers.map(({ headers }) => headers.get("x-request-id")!);
  assert.equal(new Set(ids).size, answers.length);
  for (const id of ids) assert.match(id, UUID);
  assert.deepEqual(world.logs.map(({ requestId }) => requestId), ids);
  assert.deepEqual(world.logs.map(({ status }) => status), [200, 200, 404, 405, 503]);
});

inWorld("wpp-webhook logs what became of an event, and nothing of what it says", async (world) => {
  const claims = { app_metadata: { organization_id: "shop" } };
  const { hook, session } = await connectHooked(world, claims);
  world.logs.length = 0;
  await tell(hook, incoming(session, { text: "A private text", senderName: "Ada" }));
  await tell(hook, { type: "delivery", account: session, messageId: "task-1", status: "read" });
  await tell(hook, { type: "connected", data: { account: session } });
  await tell(hook, incoming(session, { from: "status@broadcast", raw_from: "status@broadcast" }));
  await tell(hook, { account: session, type: "novelty" });
  assert.deepEqual(world.logs.map(({ event }) => event), [
    { type: "message", outcome: "stored" },
    { type: "receipt", outcome: "waiting" },
    { type: "state", outcome: "noted" },
    { type: "dropped", outcome: "dropped", reason: "status_broadcast" },
    { type: "quarantined", outcome: "quarantined", reason: "unknown_event" },
  ]);
  const [message] = await messages(world);
  assert.deepEqual(
    world.logs.map(({ level, function: name, organization }) => [level, name, organization]),
    Array(5).fill(["info", "wpp-webhook", "shop"]),
  );
  assert.deepEqual(world.logs.map(({ messageId }) => messageId), [
    message.id,
    ...Array(4).fill(undefined),
  ]);
  const lines = JSON.stringify(world.logs);
  for (const secret of [hook, "private", "79991112233", "Ada", "task-1", "token=", "http"]) {
    assert.ok(!lines.includes(secret), `${secret} in ${lines}`);
  }
});
