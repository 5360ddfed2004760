import type { Outcome } from "./callers.ts";
import { wordOf } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import { isEmptied } from "./history.ts";
import type { PlatformRequest } from "./injector.ts";
import { organizationIdOf } from "./users.ts";

/** Longer than any call lasts, in milliseconds. */
const CALL_MS = 25_000;
/** A killed process's last request may be noticed after the end of its call. */
const NOTICED_MS = 1_000;

/** What may change in the row of a disconnected connection: the way to the next creation, and names. */
const CHANGE_AFTER_THE_END = new Set([
  ...["name", "wpp_primary", "is_primary"],
  ...["claim_id", "claimed_by", "claimed_until"],
]);

/**
 * What was broken of: after the answer of wpp-disconnect no call that begins uses the connection, no
 * call at all writes to its row, and whoever asks again is answered the same.
 */
export function disconnectViolations(evidence: Evidence): string[] {
  return [
    ...usesAfter(evidence),
    ...sendsBegunAfter(evidence),
    ...writesAfter(evidence),
    ...repeatedOtherwise(evidence),
  ];
}

/** What was broken of: nothing was erased, unless somebody forced it or the platform said so. */
export function endingViolations(evidence: Evidence): string[] {
  return [...erasedUnstopped(evidence), ...stillRunning(evidence)];
}

/** The sessions that were answered as disconnected: when first, and of which organization. */
function endingsOf({ outcomes }: Evidence) {
  const endings = new Map<string, { at: number; organization: number; forced: boolean }>();
  for (const { call, status, body, endedAt, asked } of outcomes) {
    if (call.name !== "wpp-disconnect" || status !== 200) continue;
    const { session } = body as { session: string };
    const before = endings.get(session);
    endings.set(session, {
      at: Math.min(endedAt, before?.at ?? Infinity),
      organization: call.organization,
      forced: asked.force === true || before?.forced === true,
    });
  }
  return endings;
}

function usesAfter(evidence: Evidence): string[] {
  const endings = endingsOf(evidence);
  const outcomes = Map.groupBy(evidence.outcomes, ({ call }) => call.organization);
  return evidence.requests.flatMap((request) => {
    const ending = endings.get(request.session ?? "");
    if (!ending || request.at <= ending.at) return [];
    const own = outcomes.get(ending.organization)!;
    if (own.some((one) => mayBeOf(one, request, ending.at, evidence))) return [];
    return [`${request.call} used ${request.session} after it was disconnected`];
  });
}

/** Whether the call began before the end, and still ran, in that process, when this request came. */
function mayBeOf(
  { call, startedAt, endedAt, process }: Outcome,
  request: PlatformRequest,
  at: number,
  { killed }: Evidence,
): boolean {
  if (startedAt >= at || !process.startsWith(`${request.process}/`)) return false;
  if (request.text !== undefined && request.text !== call.message?.text) return false;
  // A session is started, and its webhook registered, in the background; that may need a new token.
  if (["start", "webhook", "token", "other"].includes(request.call)) {
    return request.at <= startedAt + CALL_MS;
  }
  return request.at <= endedAt + (killed.has(process) ? NOTICED_MS : 0);
}

/** A call that began later did not find the connection, and so began no send either. */
function sendsBegunAfter(evidence: Evidence): string[] {
  const endings = endingsOf(evidence);
  const calls = Map.groupBy(evidence.outcomes, ({ call }) => call.message?.text);
  return evidence.ledger.filter((row) => {
    const ending = endings.get(row.session);
    return ending && !calls.get(row.text)?.some(({ startedAt }) => startedAt < ending.at);
  }).map((row) => `${row.text} was begun on ${row.session} after that was disconnected`);
}

function writesAfter({ writes, outcomes }: Evidence): string[] {
  const names = new Set(outcomes.map(({ asked }) => asked.name));
  return writes.flatMap(({ before, after, changed }) => {
    if (!before || !after || !isEmptied(before) || !isEmptied(after)) return [];
    const others = changed.filter((column) => column !== "updated_at");
    // A call of the database whose answer was lost is sent again, and gives the same name once more.
    const isAllowed = others.length > 0
      ? others.every((column) => CHANGE_AFTER_THE_END.has(column))
      : names.has(before.name);
    if (isAllowed) return [];
    const what = others.length > 0 ? others.join() : "what is there already";
    return [`${what} was written to the row of ${before.session} after it was disconnected`];
  });
}

/** Whoever ends once more what is ended gets the same answer. */
function repeatedOtherwise({ repeats }: Evidence): string[] {
  return repeats.filter(({ row, status, body }) => {
    const { integrationId, session } = (body ?? {}) as Record<string, unknown>;
    return status !== 200 || integrationId !== row.id || session !== row.session;
  }).map((one) => `${one.row.session} was disconnected twice, and answered ${wordOf(one)}`);
}

function erasedUnstopped({ writes, requests, outcomes }: Evidence): string[] {
  const stopped = new Set(
    requests.filter(({ call, status = Infinity, fault }) =>
      call === "stop" && status < 300 && fault !== "unsuccessful" ||
      ["stop", "token"].includes(call) && [401, 403, 404].includes(status)
    ).map(({ session }) => session),
  );
  const forced = new Set(
    outcomes.filter(({ call, asked }) => call.name === "wpp-disconnect" && asked.force === true)
      .map(({ call }) => organizationIdOf(call.organization)),
  );
  return writes.filter(({ before, after }) =>
    before?.api_key && after && after.api_key === null && !stopped.has(before.session!) &&
    !forced.has(after.organization_id)
  ).map(({ before }) => `${before!.session} was erased, and the platform had not stopped it`);
}

/** Where nobody forced it, the platform knows of it: it said so, or does not accept the connection. */
function stillRunning(evidence: Evidence): string[] {
  const { states, requests } = evidence;
  const misled = new Set(
    requests.filter(({ call, fault, status = Infinity }) =>
      fault && ["stop", "token"].includes(call) &&
      (status < 300 || [401, 403, 404].includes(status))
    ).map(({ session }) => session),
  );
  return [...endingsOf(evidence)]
    .filter(([session, { forced }]) => !forced && !misled.has(session))
    .filter(([session]) => !["disconnected", null, undefined].includes(states.get(session)))
    .map(([session]) => `${session} is disconnected, and still runs at the platform`);
}
