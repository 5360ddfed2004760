/** What an operator finds by: the log line, the row's request id, and a header on every response. */
import assert from "node:assert/strict";
import { FUNCTION_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { userToken } from "../support/jwt.ts";
import { only, send } from "../support/messages.ts";
import { inWorld } from "../support/world.ts";

/** Notes by which method of the console each line of a function goes out, until disposed. */
function watchConsole(): Disposable & { lines: [method: string, line: Record<string, unknown>][] } {
  const { log, warn, error } = console;
  const lines: [string, Record<string, unknown>][] = [];
  for (const [method, write] of Object.entries({ log, warn, error })) {
    Object.assign(console, {
      [method]: (line: unknown) => {
        write(line);
        const parsed = JSON.parse(String(line));
        if (parsed.function) lines.push([method, parsed]);
      },
    });
  }
  return { lines, [Symbol.dispose]: () => void Object.assign(console, { log, warn, error }) };
}

inWorld("the log line names the organization and the message when one was sent", async (world) => {
  const { token } = await world.connect({ app_metadata: { organization_id: "shop" } });
  const { content } = await send(world, token, "key-1");
  await send(world, token, "key-1");
  for (const line of world.logs.filter((one) => one.function === "wpp-send")) {
    assert.deepEqual([line.organization, line.messageId], ["shop", content.messageId]);
  }
  const response = await world.call("wpp-status", { token, body: { session: "none" } });
  assert.equal(response.status, 404);
  const line = world.logs.at(-1)!;
  assert.deepEqual([line.function, line.organization, line.messageId], [
    "wpp-status",
    "shop",
    undefined,
  ]);
});

inWorld("the log line goes where its level belongs, by the status", async (world) => {
  const { token } = await world.connect();
  using watched = watchConsole();
  await world.call("wpp-status", { token });
  await world.call("wpp-status", {});
  world.intercept = () => Response.error();
  await world.call("wpp-status", { token });
  assert.deepEqual(watched.lines.map(([method, line]) => [method, line.level, line.status]), [
    ["log", "info", 200],
    ["warn", "warn", 401],
    ["error", "error", 503],
  ]);
});

inWorld("wpp-send keeps the x-request-id of the last attempt with the row", async (world) => {
  const { token } = await world.connect();
  const call = () =>
    world.call("wpp-send", {
      token,
      body: { to: "+79991112233", text: "hello" },
      headers: { "idempotency-key": "key-1" },
    });
  world.simulator.misbehave("send", { kind: "respond", status: 429 });
  for (const status of [429, 202]) {
    const response = await call();
    assert.equal(response.status, status);
    assert.equal((await only(world)).request_id, response.headers.get("x-request-id"));
  }
});

inWorld("every response has x-content-type-options, whatever it answers", async (world) => {
  const { token } = await world.connect();
  const statuses = new Set<number>();
  for (const name of FUNCTION_NAMES) {
    for (
      const options of [
        { method: "OPTIONS" },
        {},
        { token },
        { token, method: "DELETE" },
        { token, body: "{" },
        { token, body: { to: "+79991112233", text: "x", session: "none" } },
        { token: await userToken({ app_metadata: { organization_id: [] } }) },
      ]
    ) {
      const response = await world.call(name, options);
      assert.equal(response.headers.get("x-content-type-options"), "nosniff", name);
      statuses.add(response.status);
    }
  }
  assert.deepEqual([...statuses].sort(), [200, 204, 400, 401, 403, 404, 405]);
});
