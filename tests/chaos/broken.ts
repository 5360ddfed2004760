import assert from "node:assert/strict";
import { violationsOf } from "./checks.ts";
import type { Evidence } from "./evidence.ts";
import { run } from "./evidence_of_one.ts";

/** A test that the checks find what is wrong with a run, which is otherwise as it should be. */
export function broken(
  name: string,
  changes: Partial<Evidence>,
  expected: RegExp,
  evidence: typeof run = run,
): void {
  Deno.test(`violationsOf names it when ${name}`, () => {
    const violations = violationsOf(evidence(changes));
    assert.ok(violations.some((one) => expected.test(one)), violations.join("; ") || "none");
  });
}
