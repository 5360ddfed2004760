import type { EventEvidence, Post } from "./evidence.ts";
import type { Session } from "./numbers.ts";
import type { PlannedEvent } from "./planned_event.ts";

/** An event, and how its posts were answered. */
export interface Tally {
  event: PlannedEvent;
  acknowledged: number;
  /**
   * Answers that did not come, or said that it was not stored: it may have been, all the same. But for
   * posts that came too late: those store nothing.
   */
  lost: number;
}

type Posts = Pick<EventEvidence, "plan" | "posts" | "connections">;

/** Of each event that was posted. */
export function talliesOf({ plan, posts, connections }: Posts): Tally[] {
  const groups = Map.groupBy(posts, ({ event }) => event);
  const sessions = sessionsOf({ connections });
  return plan.events.filter(({ number }) => groups.has(number)).map((event) => {
    const own = groups.get(event.number)!;
    const acknowledged = own.filter(({ status }) => status === 200).length;
    const others = own.filter((post) => post.status !== 200 && !isTooLate(post, sessions));
    return { event, acknowledged, lost: others.length };
  });
}

/** Each session that a number has, or had, by its name. */
export function sessionsOf(
  { connections }: Pick<EventEvidence, "connections">,
): Map<string, Session> {
  return new Map(connections.flatMap(({ sessions }) => sessions).map((one) => [one.name, one]));
}

/** Whether it began once wpp-disconnect had answered 200 for that webhook's session. */
export function isTooLate({ session, startedAt }: Post, sessions: Map<string, Session>): boolean {
  return startedAt > sessions.get(session)!.endedAt;
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
