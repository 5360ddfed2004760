import type { Backend } from "./backend.ts";
import type { Callers, Outcome } from "./callers.ts";
import type { Fleet } from "./fleet.ts";
import type { Plan } from "./plan.ts";
import { firstOf, identityOf } from "./users.ts";

/** Calls that run at once. */
const CONCURRENCY = 48;

/** Makes every call of the plan, a bounded number at once, with its kills and revocations. */
export async function runStorm(
  plan: Plan,
  callers: Callers,
  fleet: Fleet,
  { simulator }: Backend,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const disturb = (number: number) => {
    for (const { at, name, process } of plan.kills) {
      if (at === number) {
        fleet.kill(fleet.slots.find((s) => s.name === name && s.index === process)!);
      }
    }
    for (const { at, organization } of plan.revocations) {
      if (at !== number) continue;
      for (const { session, owner } of simulator.clients) {
        if (firstOf(owner!) === identityOf(organization)) simulator.revokeTokens(session);
      }
    }
  };
  const work = async () => {
    while (next < plan.calls.length && !signal.aborted) {
      const planned = plan.calls[next++];
      disturb(planned.number);
      outcomes.push(await callers.make(planned));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  signal.throwIfAborted();
  return outcomes;
}
