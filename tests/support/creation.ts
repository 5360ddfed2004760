/** What the tests of wpp-create share; it holds no test. */
import assert from "node:assert/strict";
import type { World } from "./world.ts";

/** The only connection. */
export const rowOf = (world: World) => world.row("select * from messenger_integrations");

/** Lets the claim of a creation that died be taken over. */
export const endLease = (world: World) =>
  world.database.exec("update messenger_integrations set claimed_until = now() - interval '1 s'");

/** A response's body, and what matters of the rest. */
export async function outcome(response: Response) {
  const body = await response.json();
  return {
    ...body,
    status: response.status,
    code: body.error?.code,
    retryAfter: response.headers.get("retry-after"),
  };
}

/** Leaves what a process leaves that died while it held the claim. */
export async function dieWhileCreating(world: World, token: string) {
  world.simulator.misbehave("create", { kind: "reset", when: "before" });
  const first = await outcome(await world.call("wpp-create", { token }));
  assert.equal(first.code, "gateway_unreachable");
  const row = await rowOf(world);
  assert.notEqual(row?.claimed_until, null);
  return row;
}
