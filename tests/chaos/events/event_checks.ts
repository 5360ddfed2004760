import { memoryViolations } from "../memory.ts";
import type { EventEvidence, Post } from "./evidence.ts";
import { mediaViolations, objectViolations } from "./media_checks.ts";
import { messageViolations, storedSendViolations } from "./message_checks.ts";
import type { Session } from "./numbers.ts";
import { noteViolations, receiptViolations } from "./note_checks.ts";
import { numberViolations, readingViolations, unreadViolations } from "./number_checks.ts";
import {
  hintViolations,
  pageViolations,
  refusalViolations,
  webhookViolations,
} from "./push_checks.ts";
import { endedWebhookViolations } from "./ended_webhook_checks.ts";
import { quarantineViolations } from "./quarantine_checks.ts";
import { sessionsOf } from "./tally.ts";
import { tenantViolations } from "./tenant_checks.ts";

/** By the names of docs/guarantees.md. */
const CHECKS: Record<string, (evidence: EventEvidence) => string[]> = {
  postViolations,
  messageViolations,
  mediaViolations,
  objectViolations,
  quarantineViolations,
  storedSendViolations,
  receiptViolations,
  noteViolations,
  numberViolations,
  readingViolations,
  unreadViolations,
  tenantViolations,
  webhookViolations,
  endedWebhookViolations,
  pageViolations,
  hintViolations,
  refusalViolations,
  secretViolations: ({ leaks }) => [...new Set(leaks)],
  memoryViolations: ({ growth }) => memoryViolations(growth),
};
export const EVENT_CHECK_NAMES = Object.keys(CHECKS);

/** Each promise that was broken, in a sentence. */
export function eventViolations(evidence: EventEvidence): string[] {
  return Object.entries(CHECKS).flatMap(([name, violations]) =>
    violations(evidence).map((one) => `${one} (${name})`)
  );
}

/**
 * A post is answered with 200 and nothing, or to be sent again, or, where its number is disconnected,
 * that there is no such webhook; in the end each other event was taken.
 */
function postViolations(evidence: EventEvidence): string[] {
  const { posts, complaints } = evidence;
  const sessions = sessionsOf(evidence);
  const odd = posts.filter((post) => !isDocumented(post, evidence.killed, sessions))
    .map(({ event, status, body }) => `event ${event}: ${status} ${JSON.stringify(body)}`);
  const given = new Set(
    posts.filter(({ status }) => [200, 404].includes(status)).map(({ event }) => event),
  );
  const never = new Set(posts.map(({ event }) => event)).difference(given);
  return [
    ...odd,
    ...[...never].map((event) => `event ${event} was never taken`),
    ...complaints.map((line) => `a process complained: ${line}`),
  ];
}

function isDocumented(
  { status, body, process, session, endedAt }: Post,
  killed: ReadonlySet<string>,
  sessions: ReadonlyMap<string, Session>,
): boolean {
  if (status === 0) return killed.has(process);
  if (status === 200) return JSON.stringify(body) === "{}";
  const { error } = body as { error?: { code: string; retryable: boolean } };
  if (status === 404) {
    return error?.code === "integration_not_found" && sessions.get(session)!.endingAt < endedAt;
  }
  return status === 503 && error?.code === "database_unavailable" && error.retryable;
}
