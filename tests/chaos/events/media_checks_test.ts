import assert from "node:assert/strict";
import { eventViolations } from "./event_checks.ts";
import type { EventEvidence } from "./evidence.ts";
import { FILE, IMAGE, small } from "./small_evidence.ts";

function broken(name: string, changes: Partial<EventEvidence>, expected: RegExp): void {
  Deno.test(`eventViolations names it when ${name}`, () => {
    const violations = eventViolations(small(changes));
    assert.equal(violations.length, 1, violations.join("; ") || "none");
    assert.match(violations[0], expected);
  });
}

const { objects, messages } = small();
const [[PATH]] = objects;
const withMedia = (media: typeof IMAGE.media) => ({
  messages: messages.map((row) => row.id === IMAGE.id ? { ...IMAGE, media } : row),
});

broken("a picture's bytes are others", {
  objects: new Map([[PATH, btoa("other")]]),
}, /the picture of event 2 is not the same in Storage/);
broken("a picture's bytes are gone", { objects: new Map() }, /event 2 is not in Storage/);
broken("a picture still waits", {
  ...withMedia({ state: "pending" }),
  objects: new Map(),
}, /event 2 is pending/);
broken("a small picture failed", {
  ...withMedia({ state: "failed", reason: "too_large" }),
  objects: new Map(),
}, /event 2 has failed: too_large/);
broken("a picture is in another connection's place", {
  ...withMedia({ state: "stored", path: "a/b/connection-1/1.png" }),
  objects: new Map([["a/b/connection-1/1.png", FILE]]),
}, /event 2 is at a\/b\/connection-1\/1\.png, and not in a\/connection-0\//);
broken("a file has no message", {
  objects: new Map([...objects, ["a/connection-0/2.png", FILE]]),
}, /the file a\/connection-0\/2\.png is there, and no message has it/);
