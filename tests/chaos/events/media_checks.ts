import type { EventEvidence, MessageRow } from "./evidence.ts";
import type { PlannedEvent } from "./planned_event.ts";
import { eventNumberIn } from "./tally.ts";

/**
 * What was broken of: in the end the picture of each message is in Storage, byte for byte, in the place
 * of its connection. None waits any more, and none has failed: they are small, and came with their bytes.
 */
export function mediaViolations(evidence: EventEvidence): string[] {
  const events = new Map(evidence.plan.events.map((event) => [event.number, event]));
  return evidence.messages.flatMap((row) => {
    const event = events.get(eventNumberIn(row.text) ?? -1);
    const problem = event?.media && problemOf(row, event, evidence);
    return problem ? [`the picture of event ${event.number} ${problem}`] : [];
  });
}

function problemOf(
  { media, integration_id }: MessageRow,
  event: PlannedEvent,
  { objects, folders }: EventEvidence,
): string | undefined {
  const { state, reason, path = "" } = media ?? { state: "missing" };
  if (state === "failed") return `has failed: ${reason}`;
  if (state !== "stored") return `is ${state}`;
  const place = `${folders.get(integration_id)}/${integration_id}/`;
  if (!path.startsWith(place)) return `is at ${path}, and not in ${place}`;
  const stored = objects.get(path);
  if (stored === event.media) return undefined;
  return stored === undefined ? "is not in Storage" : "is not the same in Storage";
}

/** What was broken of: a file that no message has is gone, once the reconciler has looked at it. */
export function objectViolations({ objects, messages }: EventEvidence): string[] {
  const named = new Set(messages.map(({ media }) => media?.path));
  return [...objects.keys()].filter((path) => !named.has(path))
    .map((path) => `the file ${path} is there, and no message has it`);
}
