import type { Backend } from "./backend.ts";
import type { Callers, Outcome } from "./callers.ts";
import type { Fleet } from "./fleet.ts";
import type { Plan } from "./plan.ts";
import { Restarts } from "./restarts.ts";
import { firstOf, identityOf } from "./users.ts";

/** Calls that run at once. */
const CONCURRENCY = 48;

/** Makes every call of the plan, a bounded number at once, with all that is to go wrong. */
export async function runStorm(
  plan: Plan,
  callers: Callers,
  fleet: Fleet,
  { simulator, databaseUrl }: Backend,
  signal: AbortSignal,
): Promise<Outcome[]> {
  await using restarts = new Restarts(databaseUrl);
  const disturbances = disturbancesOf(plan, { fleet, simulator, restarts });
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async () => {
    while (next < plan.calls.length && !signal.aborted) {
      const planned = plan.calls[next++];
      for (const disturb of disturbances.get(planned.number) ?? []) disturb();
      outcomes.push(await callers.make(planned));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  signal.throwIfAborted();
  return outcomes;
}

/** What happens when the call of that number begins. */
function disturbancesOf(
  plan: Plan,
  { fleet, simulator, restarts }: { fleet: Fleet; restarts: Restarts } & Pick<Backend, "simulator">,
): Map<number, (() => void)[]> {
  const all = new Map<number, (() => void)[]>();
  const at = (number: number, disturb: () => void) =>
    all.set(number, [...all.get(number) ?? [], disturb]);
  for (const { at: number, name, process } of plan.kills) {
    const slot = fleet.slots.find((one) => one.name === name && one.index === process)!;
    at(number, () => fleet.kill(slot));
  }
  for (const { at: number, organization } of plan.revocations) {
    at(number, () => {
      for (const { session, owner } of simulator.clients) {
        if (firstOf(owner!) === identityOf(organization)) simulator.revokeTokens(session);
      }
    });
  }
  for (const { at: number, ms } of plan.restarts) at(number, () => restarts.begin(ms));
  return all;
}
