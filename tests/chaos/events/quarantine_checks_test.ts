import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { eventViolations } from "./event_checks.ts";
import type { EventEvidence } from "./evidence.ts";
import { GARBAGE, kept, post, small } from "./small_evidence.ts";

/** As many as the quarantine of a connection holds, and one more, by the order of their posts. */
const NUMBERS = Array.from({ length: 1_001 }, (_, index) => 100 + index);

/** A run that filled the quarantine, and in which one event was not kept. */
function full(missing: number): Partial<EventEvidence> {
  const { plan, posts } = small();
  const garbage = plan.events.find(({ number }) => number === GARBAGE)!;
  const others = plan.events.filter(({ kind }) => kind !== "garbage" && kind !== "other_account");
  return {
    plan: { events: [...others, ...NUMBERS.map((number) => ({ ...garbage, number }))] },
    posts: [
      ...posts.filter(({ event }) => others.some(({ number }) => number === event)),
      ...NUMBERS.map((number) => post(number, 200, {}, { startedAt: number, endedAt: number + 1 })),
    ],
    kept: NUMBERS.filter((number) => number !== missing).map((number) => kept(number)),
  };
}

Deno.test("quarantineViolations finds nothing when what came to a full quarantine is not kept", () => {
  assert.deepEqual(eventViolations(small(full(1_100))), []);
});
broken(
  "what came before the quarantine was full is not kept",
  full(100),
  /event 100 \(garbage\) was acknowledged, and is there 0 times \(quarantineViolations\)/,
);
broken(
  "what came to a quarantine that was nearly full is not kept",
  { ...full(1_100), kept: full(1_100).kept!.slice(1) },
  /event 1100 \(garbage\) was acknowledged/,
);
