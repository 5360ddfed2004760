import type { EventEvidence } from "./evidence.ts";
import type { PlannedEvent } from "./planned_event.ts";

/** An event, and how its posts were answered. */
export interface Tally {
  event: PlannedEvent;
  acknowledged: number;
  /** Answers that did not come, or said that it was not stored: it may have been, all the same. */
  lost: number;
}

/** Of each event that was posted. */
export function talliesOf({ plan, posts }: Pick<EventEvidence, "plan" | "posts">): Tally[] {
  const groups = Map.groupBy(posts, ({ event }) => event);
  return plan.events.filter(({ number }) => groups.has(number)).map((event) => {
    const own = groups.get(event.number)!;
    const acknowledged = own.filter(({ status }) => status === 200).length;
    return { event, acknowledged, lost: own.length - acknowledged };
  });
}

/** What is wrong with how often a message is there; nothing where it is right. */
export function miscount({ event, acknowledged, lost }: Tally, times: number): string[] {
  const hasId = event.key !== undefined || event.eventId !== undefined;
  const least = hasId ? Math.min(acknowledged, 1) : acknowledged;
  const most = hasId ? 1 : acknowledged + lost;
  if (times >= least && times <= most) return [];
  const sort = hasId ? "with an id" : "without an id";
  return [
    `event ${event.number} (${event.kind}, ${sort}) was acknowledged ${acknowledged} times and not ` +
    `${lost} times, and is there ${times} times`,
  ];
}

/** The number in a text of the plan, such as `event 17!`. */
export function eventNumberIn(text: string): number | undefined {
  const found = /\bevent (\d+)!/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
