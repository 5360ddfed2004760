import type { Realtime } from "../../../local/realtime/realtime.ts";
import type { Fleet } from "../fleet.ts";
import { Restarts } from "../restarts.ts";
import type { ObjectStore } from "../object_store.ts";
import type { Connector } from "./connector.ts";
import type { Numbers } from "./numbers.ts";
import type { Pages } from "./pages.ts";
import type { EventPlan } from "./plan.ts";
import type { PlannedPlatform } from "./platform.ts";
import { beginTrouble, endTrouble } from "./realtime_trouble.ts";
import type { Reconciler } from "./reconciliation.ts";
import type { Sender } from "./sender.ts";

/** Steps that run at once. */
const CONCURRENCY = 32;

/** What the steps of a plan are taken with, and what is disturbed meanwhile. */
export interface EventWorld {
  sender: Sender;
  fleet: Fleet;
  objects: ObjectStore;
  platform: PlannedPlatform;
  reconciler: Reconciler;
  realtime: Realtime;
  pages: Pages;
  connector: Connector;
  numbers: Numbers;
  databaseUrl: string;
}

/** Takes every step of the plan, a bounded number at once, with all that is to go wrong. */
export async function runEventStorm(
  plan: EventPlan,
  world: EventWorld,
  signal: AbortSignal,
): Promise<void> {
  const { sender } = world;
  await using restarts = new Restarts(world.databaseUrl);
  const disturbances = disturbancesOf(plan, world, restarts);
  let next = 0;
  const work = async () => {
    while (next < plan.steps.length && !signal.aborted) {
      const number = next++;
      for (const disturb of disturbances.get(number) ?? []) await disturb();
      const step = plan.steps[number];
      if ("event" in step) await sender.post(step.event);
      else if ("send" in step) await sender.send(step.send);
      else await sender.mark(step.mark);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  signal.throwIfAborted();
}

type Disturbance = () => unknown;

/** What happens when the step of that number begins. */
function disturbancesOf(
  { kills, outages, restarts, troubles, forgettings, disconnections }: EventPlan,
  world: EventWorld,
  database: Restarts,
): Map<number, Disturbance[]> {
  const { fleet, objects, platform, reconciler, realtime, pages, connector, numbers } = world;
  const all = new Map<number, Disturbance[]>();
  const at = (step: number, disturb: Disturbance) =>
    all.set(step, [...all.get(step) ?? [], disturb]);
  for (const { at: step, name, process } of kills) {
    const slot = fleet.slots.find((one) => one.name === name && one.index === process)!;
    at(step, () => fleet.kill(slot));
  }
  for (const { from, to } of outages) {
    at(from, () => objects.outages++);
    at(to, () => objects.outages--);
  }
  for (const { at: step, ms } of restarts) at(step, () => database.begin(ms));
  for (const { from, to } of forgettings) {
    at(from, () => platform.forgetWebhooks());
    at(to, () => reconciler.beginRegistering(platform, numbers));
  }
  for (const { from, to, number } of disconnections) {
    at(from, () => connector.beginDisconnecting(number, numbers));
    at(to, () => connector.beginConnecting(number, numbers, world));
  }
  for (const { from, to, trouble } of troubles) {
    at(from, () => beginTrouble(trouble, realtime));
    at(to, () => endTrouble(realtime));
    at(to, () => pages.openChats());
  }
  return all;
}
