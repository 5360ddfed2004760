import assert from "node:assert/strict";
import { CHECK_NAMES } from "./checks.ts";
import { EVENT_CHECK_NAMES } from "./events/event_checks.ts";

Deno.test("docs/guarantees.md names every check, and no other", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/guarantees.md", import.meta.url));
  const named = [...page.matchAll(/`(\w+Violations)`/g)].map(([, name]) => name);
  const checks = [...CHECK_NAMES, ...EVENT_CHECK_NAMES];
  assert.deepEqual([...new Set(named)].sort(), [...new Set(checks)].sort());
});
