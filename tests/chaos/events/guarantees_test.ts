import assert from "node:assert/strict";
import { REASONS } from "./media_checks.ts";

Deno.test("docs/guarantees.md names every check of what comes in, and no other", async () => {
  const source = await Deno.readTextFile(new URL("event_checks.ts", import.meta.url));
  const page = await Deno.readTextFile(new URL("../../../docs/guarantees.md", import.meta.url));
  const [, section] = /\n## What comes in\n(.*?)\n## /s.exec(page)!;
  const checks = [...source.matchAll(/\.\.\.(\w+Violations)\(evidence\)/g)].map(([, name]) => name);
  const named = [...section.matchAll(/`(\w+Violations)`/g)].map(([, name]) => name);
  // That posts are answered is part of the first promise.
  const expected = checks.filter((name) => name !== "answerViolations");
  assert.deepEqual([...new Set(named)].sort(), expected.sort());
});

Deno.test("docs/media.md explains every reason for which a run lets media fail, and no other", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/media.md", import.meta.url));
  const [, table] = /\n\| `reason` .*?\n(.*?)\n\n/s.exec(page)!;
  const explained = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, reason]) => reason);
  assert.deepEqual(explained.sort(), REASONS.toSorted());
});
