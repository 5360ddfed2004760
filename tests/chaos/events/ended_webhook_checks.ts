import type { EventEvidence } from "./evidence.ts";
import { eventNumberIn, isTooLate, sessionsOf, talliesOf } from "./tally.ts";

/**
 * What was broken of: a post to a webhook whose number was disconnected before it began is refused, and
 * nothing of it is there, also once the number is connected again.
 */
export function endedWebhookViolations(evidence: EventEvidence): string[] {
  const sessions = sessionsOf(evidence);
  const taken = evidence.posts.filter((post) => post.status === 200 && isTooLate(post, sessions));
  const stored = new Set([
    ...evidence.messages.map(({ text }) => eventNumberIn(text)),
    ...evidence.kept.map(({ body }) => eventNumberIn(atob(body))),
  ]);
  const wrong = talliesOf(evidence).filter(({ event, acknowledged, lost }) =>
    acknowledged + lost === 0 && stored.has(event.number)
  );
  return [
    ...taken.map(({ event, session }) =>
      `event ${event} was taken by the webhook of ${session}, which was disconnected`
    ),
    ...wrong.map(({ event }) => `event ${event.number} came too late, and is there`),
  ];
}
