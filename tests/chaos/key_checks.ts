import type { Outcome } from "./callers.ts";
import { mayPass, wordOf } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import type { LedgerRow } from "./ledger.ts";

const FINAL = ["202", "504 delivery_unknown"];

/**
 * What was broken of: an idempotency key answers the same request with the stored outcome, and is
 * refused to another request. What is unknown is never answered as retryable.
 */
export function keyViolations(evidence: Evidence): string[] {
  const sends = evidence.outcomes.filter(({ call }) => call.message?.key !== undefined);
  const groups = Map.groupBy(sends, ({ call }) => `${call.organization} ${call.message!.key}`);
  const rows = new Map(evidence.ledger.map((row) => [row.text, row]));
  return [
    ...sends.filter((one) => wordOf(one) === "202" && isOfAnother(one, rows))
      .map(({ call }) => `call ${call.number} got the outcome of another request`),
    ...[...groups.values()].flatMap((all) => answeredOtherwise(all, rows, evidence)),
    ...evidence.outcomes.filter(isRetryableUnknown)
      .map(({ call }) => `call ${call.number} is told to repeat what may have been sent`),
  ];
}

/** Of the calls that had one key. */
function answeredOtherwise(
  calls: Outcome[],
  rows: Map<string, LedgerRow>,
  evidence: Evidence,
): string[] {
  const finals = calls.filter((one) => FINAL.includes(wordOf(one)));
  const first = finals.toSorted((a, b) => a.endedAt - b.endedAt).at(0);
  if (!first) return [];
  return calls.filter((one) =>
    one.startedAt > first.endedAt &&
    !isExpected(one, first, rows.get(first.call.message!.text), evidence)
  ).map((one) =>
    `call ${one.call.number} of ${one.call.message!.key} got ${wordOf(one)} after ${wordOf(first)}`
  );
}

function isExpected(
  one: Outcome,
  first: Outcome,
  row: LedgerRow | undefined,
  { killed, struckCloses }: Evidence,
): boolean {
  const word = wordOf(one);
  // Its connection may have been disconnected since.
  if (mayPass(one, killed) || word === "404 integration_not_found") return true;
  if (one.call.message!.text !== first.call.message!.text) {
    return word === "422 idempotency_key_reused";
  }
  // The row is closed in the background where that was struck, or waits for its end.
  if (word === "409 idempotency_in_progress") return struckCloses.has(row?.id ?? "");
  if (word !== wordOf(first) || one.headers.get("idempotency-replayed") !== "true") return false;
  return word !== "202" || idOf(one) === idOf(first);
}

function idOf({ body }: Outcome): string {
  return (body as { messageId: string }).messageId;
}

function isOfAnother(one: Outcome, rows: Map<string, LedgerRow>): boolean {
  return rows.get(one.call.message!.text)?.id !== idOf(one);
}

function isRetryableUnknown(one: Outcome): boolean {
  if (wordOf(one) !== "504 delivery_unknown") return false;
  return (one.body as { error: { retryable: boolean } }).error.retryable;
}

/** A row's id and the number of an attempt. */
const ATTEMPT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[1-9]\d*$/;

/**
 * What was broken of: the platform gets the row's id and the attempt's number, and nothing is repeated
 * once it may have left: but where its token was refused, an attempt makes one request.
 */
export function attemptViolations({ requests }: Evidence): string[] {
  const sends = requests.filter(({ call }) => call === "send");
  const foreign = sends.filter(({ idempotencyKey }) => !ATTEMPT.test(idempotencyKey ?? ""))
    .map(({ text }) => `${text} was sent under another key than its row's`);
  const attempts = Map.groupBy(sends, ({ idempotencyKey }) => idempotencyKey);
  const repeated = [...attempts.values()]
    .filter((all) => all.slice(0, -1).some(({ status = 0 }) => ![401, 403].includes(status)))
    .map(([{ text }]) => `an attempt at ${text} was repeated, though it may have left`);
  return [...foreign, ...repeated];
}
