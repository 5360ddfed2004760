import assert from "node:assert/strict";
import { BODIES } from "./bodies.ts";
import { SERVER_FUNCTIONS } from "./function_names.ts";
import { type World } from "./world.ts";
import { authenticate, type User } from "../../supabase/functions/_shared/wpp/auth/caller.ts";
import { FUNCTION_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import type { Env } from "../../supabase/functions/_shared/wpp/env.ts";

/** Who calls, where it is a user. */
export async function authenticateUser(request: Request, env: Env): Promise<User> {
  const caller = await authenticate(request, env);
  assert(caller.kind === "user");
  return caller;
}

/** The functions take the token: what they make belongs to its user. */
export async function accepts(world: World, token: string, sub: string, organization = sub) {
  const response = await world.call("wpp-create", { token });
  assert.equal(response.status, 201, await response.clone().text());
  await response.body?.cancel();
  const row = await world.row("select organization_id, created_by from messenger_integrations");
  assert.deepEqual(row, { organization_id: organization, created_by: sub });
  assert.equal(world.simulator.clients[0].owner, sub);
}

/** Every function refuses the request, in the contract's form, before anything is read or called. */
export async function refuses(world: World, authorization: string | undefined) {
  for (const name of FUNCTION_NAMES) {
    const headers = authorization === undefined ? undefined : { authorization };
    const response = await world.call(name, { headers, body: { to: "+79991112233", text: "x" } });
    const { error } = await response.json();
    assert.deepEqual([response.status, error.code, error.retryable], [401, "unauthorized", false]);
    assert.deepEqual(Object.keys(error).sort(), ["code", "message", "requestId", "retryable"]);
    assert.equal(error.requestId, response.headers.get("x-request-id"));
  }
  assert.deepEqual(world.serviceCalls.filter((call) => call.service === "rest"), []);
  assert.deepEqual(world.simulator.requests, []);
}

/**
 * Every function answers no_organization, and calls and writes nothing; those for the project's own
 * server alone answer unauthorized, as to every user.
 */
export async function belongsNowhere(world: World, token: string) {
  for (const name of FUNCTION_NAMES) {
    const response = await world.call(name, { token, body: BODIES[name] });
    const { error } = await response.json();
    assert.deepEqual(
      [response.status, error.code, error.retryable],
      SERVER_FUNCTIONS.includes(name)
        ? [401, "unauthorized", false]
        : [403, "no_organization", false],
      name,
    );
  }
  assert.deepEqual(world.simulator.requests, []);
  assert.equal(await world.row("select from messenger_integrations"), undefined);
}
