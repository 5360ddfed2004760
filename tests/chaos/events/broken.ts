import assert from "node:assert/strict";
import { eventViolations } from "./event_checks.ts";
import type { EventEvidence } from "./evidence.ts";
import { small } from "./small_evidence.ts";

/** A test that the checks find what is wrong with a run, which is otherwise as it should be. */
export function broken(name: string, changes: Partial<EventEvidence>, expected: RegExp): void {
  Deno.test(`eventViolations names it when ${name}`, () => {
    const violations = eventViolations(small(changes));
    assert.ok(violations.some((one) => expected.test(one)), violations.join("; ") || "none");
  });
}
