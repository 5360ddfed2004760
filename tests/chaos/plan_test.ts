import assert from "node:assert/strict";
import { databaseFault, platformFault } from "./faults.ts";
import { makePlan } from "./plan.ts";

Deno.test("makePlan gives the same plan when the seed is the same, and another for another", () => {
  assert.deepEqual(makePlan(7, 1000), makePlan(7, 1000));
  assert.notDeepEqual(makePlan(7, 1000).calls, makePlan(8, 1000).calls);
  assert.notDeepEqual(makePlan(7, 1000).kills, makePlan(8, 1000).kills);
});

Deno.test("makePlan repeats and misuses keys within one organization when it plans sends", () => {
  const sends = makePlan(7, 5000).calls.filter((call) => call.message?.key !== undefined);
  const byKey = Map.groupBy(sends, (call) => call.message!.key);
  let [again, misused] = [0, 0];
  for (const calls of byKey.values()) {
    assert.equal(new Set(calls.map((call) => call.organization)).size, 1);
    const texts = new Set(calls.map((call) => call.message!.text)).size;
    misused += texts - 1;
    again += calls.length - texts;
  }
  assert.ok(again > 100, `${again} again`);
  assert.ok(misused > 20, `${misused} misused`);
});

Deno.test("platformFault and databaseFault strike alike when the seed is the same", () => {
  const strikes = (seed: number) =>
    Array.from({ length: 2000 }, (_, nth) => [
      platformFault(seed, "send", `message ${nth}`, 0),
      platformFault(seed, "create", "user", nth),
      databaseFault(seed, nth),
    ]);
  assert.deepEqual(strikes(7), strikes(7));
  assert.notDeepEqual(strikes(7), strikes(8));
  const share = strikes(7).filter(([send]) => send).length / 2000;
  assert.ok(share > 0.1 && share < 0.2, `${share} of the sends fail`);
});
