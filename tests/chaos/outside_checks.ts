import type { Outcome } from "./callers.ts";
import { mayPass, wordOf } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import { leakIn } from "./leaks.ts";
import { organizationIdOf } from "./users.ts";

/** A request has 25 s; a busy machine is later. */
const MAX_CALL_MS = 27_000;

/** A key of one's own is looked up first: what was sent under it named another session, or none. */
const NOT_FOUND = ["404 integration_not_found", "422 idempotency_key_reused"];

/** What was broken of: another organization's session is answered like one that does not exist. */
export function foreignViolations({ outcomes, writes, killed }: Evidence): string[] {
  const owners = new Map(writes.map(({ after }) => [after?.session, after?.organization_id]));
  return outcomes.filter((one) => {
    const owner = owners.get(one.asked.session as string);
    const isForeign = owner && owner !== organizationIdOf(one.call.organization);
    const isHidden = NOT_FOUND.includes(wordOf(one)) || lacksPicture(one);
    return isForeign && !isHidden && !mayPass(one, killed);
  }).map((one) => `call ${one.call.number} about another's session got ${wordOf(one)}`);
}

/** A picture that cannot be sent is told before anything is looked up of the session. */
function lacksPicture(one: Outcome): boolean {
  return one.call.message?.picture !== undefined && wordOf(one) === "404 media_not_found";
}

/** What was broken of: no apiKey, token or JWT is in a response or a log line; nor what was written. */
export function secretViolations({ outcomes, leaks }: Evidence): string[] {
  const answered = outcomes.flatMap(({ call, body }) => {
    const leak = leakIn(JSON.stringify(body), "response");
    return leak ? [`call ${call.number} was answered with ${leak}`] : [];
  });
  return [...answered, ...new Set(leaks)];
}

/** What was broken of: every call ends within its time. */
export function timeViolations({ outcomes, overdue }: Evidence): string[] {
  return [
    ...outcomes.filter((one) => one.endedAt - one.startedAt > MAX_CALL_MS)
      .map((one) => `call ${one.call.number} of ${one.call.name} took more than 25 s`),
    ...overdue,
  ];
}
