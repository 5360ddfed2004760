/** What the tests of wpp-send share; it holds no test. */
import assert from "node:assert/strict";
import type { World } from "./world.ts";

export const MESSAGE = { to: "+79991112233", text: "hello" };

/** Sends as that user, under that key; what matters of the response. */
export async function send(world: World, token: string, key?: string, body: object = MESSAGE) {
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

/** What was sent: each message with what the functions alone know of it. */
export const rows = (world: World) =>
  world.database.query(
    "select s.*, m.* from messenger_messages m join messenger_sends s on s.message_id = m.id " +
      "order by m.created_at",
  );

/** The only row. */
export const only = async (world: World) => {
  const all = await rows(world);
  assert.equal(all.length, 1);
  return all[0];
};
