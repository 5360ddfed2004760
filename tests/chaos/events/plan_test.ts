import assert from "node:assert/strict";
import { readEvent } from "../../../supabase/functions/_shared/wpp/platform/events.ts";
import { bodyOf } from "./forms.ts";
import { makeEventPlan } from "./plan.ts";
import { type EventKind } from "./planned_event.ts";

const plan = makeEventPlan(1, 3000);

Deno.test("makeEventPlan makes the same plan when the seed is the same", () => {
  assert.deepEqual(makeEventPlan(1, 3000), plan);
  assert.notDeepEqual(makeEventPlan(2, 3000), plan);
});

Deno.test("makeEventPlan doubles, reorders, sends, reads, kills and restarts when it is short", () => {
  const numbers = plan.steps.flatMap((step) => "event" in step ? [step.event.number] : []);
  assert.equal(new Set(numbers).size, 3000);
  assert.ok(numbers.length > 3000);
  assert.ok(numbers.some((number, index) => number < numbers[index - 1]));
  assert.ok(plan.steps.some((step) => "send" in step));
  assert.ok(plan.steps.some((step) => "mark" in step && step.mark.by !== step.mark.organization));
  assert.deepEqual(
    new Set(plan.kills.map(({ name }) => name)),
    new Set(["wpp-webhook", "wpp-send"]),
  );
  assert.ok(plan.restarts.length > 0);
  assert.ok(plan.outages.length > 0);
});

Deno.test("makeEventPlan disconnects one number after the other, and connects them again, when it is short", () => {
  for (const size of [100, 1000, 3000]) {
    const { disconnections, steps } = makeEventPlan(1, size);
    assert.ok(disconnections.length > 0);
    for (const [index, { from, to }] of disconnections.entries()) {
      assert.ok(from < to && to < (disconnections[index + 1]?.from ?? steps.length), `of ${size}`);
    }
  }
  assert.equal(new Set(plan.disconnections.map(({ number }) => number)).size, 2);
});

Deno.test("makeEventPlan tells each kind of event in each generation's form when it is short", () => {
  const forms = new Set(plan.events.map(({ kind, form }) => `${kind} ${form}`));
  const kinds = new Set(plan.events.map(({ kind }) => kind));
  assert.equal(kinds.size, 10);
  for (const kind of kinds) for (const form of [0, 1, 2]) assert.ok(forms.has(`${kind} ${form}`));
  const ids = Map.groupBy(
    plan.events.filter(({ kind, key }) => kind === "text" && key),
    ({ key }) => key,
  );
  const shared = [...ids.values()].filter((all) => all.length > 1);
  assert.ok(shared.length > 50, "messages of several organizations have the same id");
});

const TYPES: Record<EventKind, string> = {
  ...{ text: "message", media: "message", own: "message", echo: "message" },
  ...{ receipt: "receipt", reaction: "reaction", revoke: "receipt", garbage: "quarantined" },
  ...{ other_account: "message", status: "dropped" },
};

Deno.test("bodyOf is read as what was planned when readEvent gets it", () => {
  for (const planned of plan.events) {
    const body = bodyOf(planned, planned.account === undefined ? undefined : "0000000000001");
    const { event } = readEvent(new TextEncoder().encode(body));
    assert.equal(event.type, TYPES[planned.kind], body);
    if (event.type !== "message") continue;
    assert.deepEqual(
      [event.text, event.chat.address, event.providerMessageId, event.eventId],
      [planned.text, planned.contact.address, planned.key, planned.eventId],
      body,
    );
  }
});
