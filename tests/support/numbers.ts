/** What the tests of an organization's several connections share; it holds no test. */
import assert from "node:assert/strict";
import { type Call, route } from "../../local/simulator/calls.ts";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import type { UserClaims } from "./jwt.ts";
import { WPP_BASE_URL } from "./network.ts";
import type { World, WorldOptions } from "./world.ts";

const WPP_SECRET = "shared-with-the-platform";

/** A world whose platform gives an organization further numbers. */
export const WITH_SECRET: WorldOptions = { env: { WPP_SECRET }, secret: WPP_SECRET };

/** A response's status and error code, and its body. */
export async function answerOf(response: Response) {
  const body = await response.json();
  return { ...body, http: response.status, code: body.error?.code };
}

/** Calls a function as a user and gives its answer. */
export async function ask(world: World, name: FunctionName, token: string, body?: unknown) {
  return await answerOf(await world.call(name, { token, body }));
}

/** Adds a further number, whose session is scanned. */
export async function addNumber(world: World, token: string, name?: string) {
  const added = await ask(world, "wpp-create", token, { another: true, name });
  assert.deepEqual([added.http, added.created], [201, true]);
  world.simulator.scan(added.session);
  return added as { integrationId: string; session: string };
}

/** What wpp-connections lists. */
export async function listed(world: World, token: string) {
  const { http, connections } = await ask(world, "wpp-connections", token);
  assert.equal(http, 200);
  return connections as { integrationId: string; session: string; isPrimary: boolean }[];
}

/** The rows of all connections, but for when they were last written. */
export const connectionRows = (world: World) =>
  world.database.query(
    "select to_jsonb(i) - 'updated_at' as row from messenger_integrations i order by created_at, id",
  ).then((rows) => rows.map(({ row }) => row as Record<string, unknown>));

/** Makes all apiKeys so old, and nobody has asked to start a session within a minute. */
export const age = (world: World, interval: string) =>
  world.database.query(
    "update messenger_integrations set api_key_issued_at = now() - $1::text::interval, " +
      "start_requested_at = start_requested_at - interval '2 minutes'",
    [interval],
  );

/** What is held at each world's platform. */
const holds = new WeakMap<World, Map<Call, () => Promise<void>>>();

/**
 * Holds the answer to the next request of this call, for which the platform has done its work, until
 * it is released.
 */
export function holdAnswer(world: World, call: Call) {
  const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const held = holds.get(world) ?? new Map<Call, () => Promise<void>>();
  held.set(call, () => {
    held.delete(call);
    arrived.resolve();
    return released.promise;
  });
  if (!holds.has(world)) {
    holds.set(world, held);
    world.network.serve(WPP_BASE_URL, async (request) => {
      const { method, url } = request;
      const answer = await world.simulator.fetch(request);
      await held.get(route(method, new URL(url).pathname).call)?.();
      return answer;
    });
  }
  return { arrived: arrived.promise, release: () => released.resolve() };
}

/** A connection of an hour ago whose token is in memory and in the row, and the row. */
export async function connected(world: World, claims: UserClaims = {}) {
  const { token, session } = await world.connect(claims);
  assert.equal((await ask(world, "wpp-status", token)).http, 200);
  await age(world, "1 hour");
  const [row] = await connectionRows(world);
  return { token, session, row };
}

/** What each creation told the platform. */
export const creations = (world: World) =>
  world.simulator.requests.filter(({ call }) => call === "create").map(({ headers, body }) => ({
    authorization: headers.authorization,
    key: headers["idempotency-key"],
    organizationId: JSON.parse(body).organizationId,
  }));

/** The platform's calls from now on. */
export function watch(world: World): () => string[] {
  const from = world.simulator.requests.length;
  return () => world.simulator.requests.slice(from).map(({ call }) => call);
}

/** Whether a row holds no secret any more. */
export const isEmptied = (row: Record<string, unknown>) =>
  !("apiKey" in (row.settings as object)) && row.access_token === null;
