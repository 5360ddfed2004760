import type { Backend } from "./backend.ts";
import { type Answer, call } from "./call.ts";
import type { Fleet } from "./fleet.ts";
import type { Plan, PlannedCall } from "./plan.ts";
import { signIn, type User } from "./users.ts";

/** Calls that run at once. */
const CONCURRENCY = 48;

export interface Outcome extends Answer {
  call: PlannedCall;
}

/** Makes every call of the plan, a bounded number at once, with its kills and revocations. */
export async function runStorm(
  plan: Plan,
  fleet: Fleet,
  { simulator }: Backend,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const users = await usersOf(plan);
  const outcomes: Outcome[] = [];
  let next = 0;
  const disturb = (number: number) => {
    for (const { at, name, process } of plan.kills) {
      if (at === number) {
        fleet.kill(fleet.slots.find((s) => s.name === name && s.index === process)!);
      }
    }
    for (const { at, organization } of plan.revocations) {
      const owner = users[organization][0].id;
      const client = at === number && simulator.clients.find((one) => one.owner === owner);
      if (client) simulator.revokeTokens(client.session);
    }
  };
  const work = async () => {
    while (next < plan.calls.length && !signal.aborted) {
      const planned = plan.calls[next++];
      disturb(planned.number);
      const { token } = users[planned.organization][planned.user];
      outcomes.push(await makeCall(planned, fleet, token));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  signal.throwIfAborted();
  return outcomes;
}

/** The two users of each organization. */
export function usersOf({ organizations }: Plan): Promise<User[][]> {
  return Promise.all(Array.from(
    { length: organizations },
    (_, organization) => Promise.all([signIn(organization, 0), signIn(organization, 1)]),
  ));
}

/** Makes one call in the process that it is for, or in one that lives. */
export async function makeCall(
  planned: PlannedCall,
  fleet: Fleet,
  token: string,
): Promise<Outcome> {
  const slot = await fleet.pick(planned.name, planned.process);
  const { to, text, key } = planned.message ?? {};
  const answer = await call(fleet, slot, {
    token,
    method: planned.method,
    body: planned.message ? { to, text } : {},
    idempotencyKey: key,
  });
  return { ...answer, call: planned };
}
