/** Creation that survives: a process is killed at every point of it, and the next call recovers. */
import assert from "node:assert/strict";
import type { Backend } from "./backend.ts";
import { call } from "./call.ts";
import { wordOf } from "./documented.ts";
import type { Fleet } from "./fleet.ts";
import { endLease, type Moment, MOMENTS, waitAt } from "./kill_moments.ts";
import { inProcesses } from "./processes.ts";
import { signIn } from "./users.ts";

async function isLeased({ database }: Backend): Promise<boolean> {
  const rows = await database.query(
    "select from public.messenger_integrations where claimed_until > now()",
  );
  return rows.length > 0;
}

/** One connection, one client, and the one holds the other's credentials. */
async function assertOneOfEach({ database, simulator }: Backend) {
  const rows = await database.query(
    "select settings - 'webhookToken' as settings, claimed_until from public.messenger_integrations",
  );
  const { clients } = simulator;
  assert.equal(clients.length, 1);
  const settings = { apiKey: clients[0].apiKey, session: clients[0].session };
  assert.deepEqual(rows, [{ settings, claimed_until: null }]);
}

async function recover(backend: Backend, fleet: Fleet, moment: Moment): Promise<void> {
  const { token } = await signIn(1);
  const [doomed, other] = await Promise.all([fleet.add("wpp-create"), fleet.add("wpp-create")]);
  const waiting = waitAt(backend, moment);
  const cut = call(fleet, doomed, { token });
  await waiting;
  fleet.kill(doomed);
  assert.equal(wordOf(await cut), "no answer");
  assert.equal(await isLeased(backend), moment.leased);
  if (moment.leased) await endLease(backend);
  assert.equal(wordOf(await call(fleet, other, { token })), moment.next);
  await assertOneOfEach(backend);
  assert.equal(backend.simulator.countOf("create"), moment.creates);
  await fleet.whole();
  assert.equal(wordOf(await call(fleet, doomed, { token })), "200");
  assert.equal(backend.simulator.countOf("create"), moment.creates);
}

for (const moment of MOMENTS) {
  inProcesses(
    `wpp-create recovers by itself when a process is killed ${moment.when}`,
    (backend, fleet) => recover(backend, fleet, moment),
  );
}

inProcesses(
  "wpp-create answers creation_in_progress while a killed process's lease runs",
  async (backend, fleet) => {
    const { token } = await signIn(1);
    const [doomed, other] = await Promise.all([fleet.add("wpp-create"), fleet.add("wpp-create")]);
    const waiting = waitAt(backend, MOMENTS[2]);
    const cut = call(fleet, doomed, { token });
    await waiting;
    fleet.kill(doomed);
    await cut;
    const busy = await call(fleet, other, { token });
    assert.equal(wordOf(busy), "409 creation_in_progress");
    const retryAfter = Number(busy.headers.get("retry-after"));
    assert.ok(retryAfter > 0 && retryAfter <= 30, String(retryAfter));
    assert.equal(backend.simulator.clients.length, 0);
    await fleet.whole();
  },
);

inProcesses(
  "wpp-create makes one client when 40 callers race over four processes",
  async (backend, fleet) => {
    const { token } = await signIn(1);
    await Promise.all(Array.from({ length: 4 }, () => fleet.add("wpp-create")));
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => call(fleet, fleet.slots[i % 4], { token })),
    );
    const words = answers.map(wordOf);
    assert.equal(words.filter((word) => word === "201").length, 1);
    // On a slow machine some have waited long enough.
    const others = words.filter((word) => word === "200" || word === "409 creation_in_progress");
    assert.equal(others.length, 39, words.join());
    assert.equal(backend.simulator.countOf("create"), 1);
    await assertOneOfEach(backend);
  },
);
