/** A further number's creation survives a kill as the first one's does, in an organization that has one. */
import assert from "node:assert/strict";
import type { Backend } from "./backend.ts";
import { call } from "./call.ts";
import { WITH_SECRET } from "./callers.ts";
import { wordOf } from "./documented.ts";
import type { Fleet } from "./fleet.ts";
import { endLease, type Moment, MOMENTS, waitAt } from "./kill_moments.ts";
import { inProcesses } from "./processes.ts";
import { signIn } from "./users.ts";

/** The account that was made since; the platform heard of it under one identity and key alone. */
async function assertOneMore(
  { simulator, database }: Backend,
  organizationId: string,
  before: { accounts: number; creates: number },
): Promise<string> {
  const [made, ...others] = simulator.clients.slice(before.accounts);
  assert.deepEqual(others, []);
  const { apiKey, session, owner: identity } = made;
  assert.match(identity!, new RegExp(`^${organizationId}__wpp__[0-9a-f]{8}$`));
  const asked = simulator.requests.filter((one) => one.call === "create").slice(before.creates)
    .map(({ body, headers }) => `${JSON.parse(body).organizationId} ${headers["idempotency-key"]}`);
  assert.deepEqual([...new Set(asked)], [`${identity} ${made.idempotencyKey}`]);
  const rows = await database.query(
    `select identity, settings - 'webhookToken' as settings, claimed_until from public.messenger_integrations
     where organization_id = $1 and identity is not null`,
    [organizationId],
  );
  assert.deepEqual(rows, [{ identity, settings: { apiKey, session }, claimed_until: null }]);
  return session;
}

/** Kills the creation of an organization's second number, and has another process go on with it. */
async function recoverFurther(backend: Backend, fleet: Fleet, moment: Moment, index: number) {
  const { simulator } = backend;
  const { token, organizationId } = await signIn(index);
  const [doomed, other] = fleet.slots;
  assert.equal(wordOf(await call(fleet, other, { token })), "201");
  const before = { accounts: simulator.clients.length, creates: simulator.countOf("create") };
  const another = { token, body: { another: true, name: "Second" } };
  const waiting = waitAt(backend, moment);
  const cut = call(fleet, doomed, another);
  await waiting;
  fleet.kill(doomed);
  assert.equal(wordOf(await cut), "no answer");
  if (moment.leased) await endLease(backend);
  // Where all was done, the list of connections shows it; asking for another would make a third.
  if (moment.next === "201") {
    assert.equal(wordOf(await call(fleet, other, another)), "201", moment.when);
  }
  const session = await assertOneMore(backend, organizationId, before);
  await fleet.whole();
  const again = await call(fleet, doomed, { token, body: { reconnect: true, session } });
  assert.equal(wordOf(again), "200", moment.when);
  assert.equal(simulator.countOf("create"), before.creates + moment.creates, moment.when);
}

inProcesses(
  "wpp-create makes one account for a further number, under one identity and key, when it is killed",
  async (backend, fleet) => {
    await Promise.all([0, 1].map(() => fleet.add("wpp-create", WITH_SECRET)));
    for (const [index, moment] of MOMENTS.entries()) {
      await recoverFurther(backend, fleet, moment, index);
    }
  },
  { secret: WITH_SECRET.WPP_SECRET },
);
