import assert from "node:assert/strict";
import type { ProcessSample } from "./samples.ts";
import { failuresOf, growthOf, latenciesOf, problemsOf, type TimedCall } from "./verdict.ts";

const LENGTH_MS = 600_000;
const STEADY = { mebibytes: 100, descriptors: 20, sockets: 8 };

/** One at the beginning, one in the middle, where anything may be, and one at the end. */
function samples(last: Partial<ProcessSample> = {}): ProcessSample[] {
  const one = { name: "wpp-send", ...STEADY };
  return [
    { ...one, at: 1_000 },
    { ...one, at: 300_000, mebibytes: 900, descriptors: 900, sockets: 900 },
    { ...one, at: 599_000, ...last },
  ];
}

function calls(lastMs: number): TimedCall[] {
  const at = (at: number, ms: number) => ({ kind: "status", at, ms });
  return [at(1_000, 10), at(300_000, 900), at(599_000, lastMs)];
}

function problems(last: Partial<ProcessSample>, lastMs = 10): string[] {
  return problemsOf(growthOf(samples(last), LENGTH_MS), latenciesOf(calls(lastMs), LENGTH_MS));
}

Deno.test("problemsOf finds nothing when the end is about as the beginning", () => {
  assert.deepEqual(problems({ mebibytes: 105, descriptors: 22, sockets: 10 }, 11), []);
});

const GROWN: [string, Partial<ProcessSample>, number, RegExp][] = [
  ["memory", { mebibytes: 106 }, 10, /wpp-send: memory \(MiB\) grew from 100 to 106/],
  ["descriptors", { descriptors: 23 }, 10, /file descriptors grew from 20 to 23/],
  ["sockets", { sockets: 11 }, 10, /sockets grew from 8 to 11/],
  ["latency", {}, 11.1, /p50 rose from 10\.0 to 11\.1 ms/],
];
for (const [what, last, lastMs, expected] of GROWN) {
  Deno.test(`problemsOf names ${what} when it grew`, () => {
    const [problem, ...more] = problems(last, lastMs);
    assert.match(problem, expected);
    assert.deepEqual(more, []);
  });
}

Deno.test("failuresOf names the first when more than one of a thousand failed", () => {
  assert.deepEqual(failuresOf(["one"], 1_000), []);
  assert.match(failuresOf(["one", "other"], 1_000)[0], /2 calls failed, the first one: one/);
});
