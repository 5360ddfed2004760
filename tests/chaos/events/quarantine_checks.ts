import type { EventEvidence, KeptRow } from "./evidence.ts";
import type { EventKind } from "./planned_event.ts";
import { eventNumberIn, sessionsOf, talliesOf, type Tally } from "./tally.ts";

const QUARANTINED: readonly EventKind[] = ["garbage", "other_account"];
/** Rows that the quarantine of a connection holds. */
const MAX_QUARANTINED = 1_000;

/**
 * What was broken of: what cannot be read, or names another account, is kept for an operator until its
 * connection's quarantine is full, and what is dropped is counted: as often as it was acknowledged at
 * least. What is known by no id may be counted again where a call of the database was sent again, or its
 * answer lost.
 */
export function quarantineViolations(evidence: EventEvidence): string[] {
  const quarantined = evidence.kept.filter(({ kind }) => kind === "quarantined");
  const rows = Map.groupBy(quarantined, numberOf);
  const dropped = droppedOf(evidence);
  const counts = [
    ...misunderstoodOf(evidence, quarantined).map((tally) => ({
      ...{ what: `event ${tally.event.number} (${tally.event.kind})`, own: [tally] },
      times: rows.get(tally.event.number)?.length ?? 0,
    })),
    ...evidence.connections.map(({ organization, name, droppedEvents }) => ({
      ...{ what: `an event that is dropped, of ${name},`, times: droppedEvents },
      own: dropped.filter(({ event }) => event.organization === organization),
    })),
  ];
  const misread = talliesOf(evidence).filter(({ event }) => !QUARANTINED.includes(event.kind))
    .flatMap(({ event: { number } }) => rows.get(number) ?? [])
    .map((row) => `event ${numberOf(row)} was not understood: ${row.reason}`);
  return [...misread, ...miscounts(counts, evidence)];
}

/** What is not understood. Once the quarantine is full nothing more is kept. */
function misunderstoodOf(evidence: EventEvidence, quarantined: KeptRow[]): Tally[] {
  const fullAt = new Map(
    evidence.connections.flatMap(({ id, sessions }) => {
      const rows = quarantined.filter(({ integration_id }) => integration_id === id);
      const at = rows.length < MAX_QUARANTINED ? Infinity : lastStart(rows, evidence);
      return sessions.map(({ name }) => [name, at] as const);
    }),
  );
  return talliesUntil(fullAt, QUARANTINED, evidence);
}

/** When the last of these rows may have been written at the earliest. */
function lastStart(rows: KeptRow[], { posts }: EventEvidence): number {
  const numbers = new Set(rows.map(numberOf));
  const firstStarts = new Map<number, number>();
  for (const { event, startedAt } of posts) {
    if (numbers.has(event) && !firstStarts.has(event)) firstStarts.set(event, startedAt);
  }
  return Math.max(...firstStarts.values());
}

/** What is dropped. Nothing is counted on a row that was disconnected meanwhile. */
function droppedOf(evidence: EventEvidence): Tally[] {
  const endings = [...sessionsOf(evidence)].map(([name, one]) => [name, one.endingAt] as const);
  return talliesUntil(new Map(endings), ["status"], evidence);
}

/** Of events of these kinds. After its session's moment an answer is as good as none. */
function talliesUntil(
  moments: ReadonlyMap<string, number>,
  kinds: readonly EventKind[],
  evidence: EventEvidence,
): Tally[] {
  const posts = evidence.posts.map((post) =>
    post.endedAt > moments.get(post.session)! ? { ...post, status: 0 } : post
  );
  return talliesOf({ ...evidence, posts }).filter(({ event }) => kinds.includes(event.kind));
}

function miscounts(
  counts: { what: string; own: Tally[]; times: number }[],
  { resent }: EventEvidence,
): string[] {
  let excess = 0;
  const missing = counts.filter(({ own, times }) => {
    const acknowledged = own.reduce((sum, one) => sum + one.acknowledged, 0);
    const posts = own.reduce((sum, one) => sum + one.lost, acknowledged);
    excess += Math.max(0, times - posts);
    return times < acknowledged;
  });
  return [
    ...missing.map(({ what, times }) => `${what} was acknowledged, and is there ${times} times`),
    ...(excess > resent ? [`${excess} events too many are kept or counted as dropped`] : []),
  ];
}

function numberOf({ body }: KeptRow): number | undefined {
  return eventNumberIn(atob(body));
}
