import type { Outcome } from "./callers.ts";
import type { Evidence } from "./evidence.ts";
import type { LedgerRow } from "./ledger.ts";

/** What was broken of: a message is handed over once at most, and its row tells the truth. */
export function sendViolations(evidence: Evidence): string[] {
  return [...executedOnce(evidence), ...acceptedAreKept(evidence), ...ledgerIsTrue(evidence)];
}

export function isAccepted(outcome: Outcome): boolean {
  return outcome.call.name === "wpp-send" && outcome.status === 202;
}

export function messageId({ body }: Outcome): string {
  return (body as { messageId: string }).messageId;
}

/** A message's row: the platform is given its id, and the attempt, as Idempotency-Key. */
function rowIdOf({ idempotencyKey }: { idempotencyKey: string | null }): string | null {
  return idempotencyKey?.split(":")[0] ?? null;
}

/** No key of a caller was executed twice: it has one row, in however many attempts. */
function executedOnce({ sent, ledger }: Evidence): string[] {
  const keys = new Map(
    ledger.map((row) => [row.id, `${row.organization_id} ${row.idempotency_key ?? row.id}`]),
  );
  const counts = Map.groupBy(sent, (message) => {
    const id = rowIdOf(message);
    return id === null ? null : keys.get(id) ?? id;
  });
  return [...counts].filter(([key, messages]) => key === null || messages.length > 1)
    .map(([key, messages]) => `the platform executed key ${key} ${messages.length} times`);
}

/** A 202 is at the platform, and in the ledger: open only where its close was struck and then cut. */
function acceptedAreKept({ outcomes, ledger, sent, killed, struckCloses }: Evidence): string[] {
  const rows = new Map(ledger.map((row) => [row.id, row]));
  const tasks = new Map(sent.map((message) => [message.taskId, message]));
  return outcomes.filter(isAccepted).flatMap((one) => {
    const { taskId } = one.body as { taskId: string };
    const { text } = one.call.message!;
    const row = rows.get(messageId(one));
    const closed = row?.status === "accepted" && row.task_id === taskId;
    const excused = row !== undefined && struckCloses.has(row.id) && killed.has(one.process);
    return [
      ...(tasks.get(taskId)?.text === text ? [] : [`call ${one.call.number}: not at the platform`]),
      ...(closed || excused ? [] : [`call ${one.call.number}: 202, its row is ${row?.status}`]),
    ];
  });
}

/** What a row says is so; what was executed has a row; an open row has a reason. */
function ledgerIsTrue(evidence: Evidence): string[] {
  const { ledger, sent, writes } = evidence;
  const executed = new Map(sent.map((message) => [rowIdOf(message), message]));
  const known = new Set(ledger.map((row) => row.id));
  const owners = new Map(writes.map(({ after }) => [after?.session, after?.organization_id]));
  const calls = Map.groupBy(evidence.outcomes, ({ call }) => call.message?.text);
  const wrong = sent.filter((message) => !known.has(rowIdOf(message)!))
    .map((message) => `the platform executed ${message.text}, which has no row`);
  for (const row of ledger) {
    const message = executed.get(row.id);
    const fits = message?.session === row.session && message.text === row.text &&
      `+${message.to}` === row.recipient;
    const say = (problem: string) => wrong.push(`row ${row.id} (${row.text}) ${problem}`);
    if (row.status === "accepted" && message?.taskId !== row.task_id) say("was never accepted");
    if (row.status === "failed" && message) say("is failed, and was executed");
    if (message && !fits) say("is not what was executed");
    if (owners.get(row.session) !== row.organization_id) say("is of another organization");
    if (row.status === "sending" && !mayBeOpen(row, calls.get(row.text) ?? [], evidence)) {
      say("is sending without a reason");
    }
  }
  return wrong;
}

/** Its opening was done and not answered, or the process was killed before it could close it. */
function mayBeOpen(
  row: LedgerRow,
  calls: Outcome[],
  { lostOpens, struckCloses, killed }: Evidence,
): boolean {
  return lostOpens.has(row.attempt_id) ||
    calls.some((one) => killed.has(one.process) && (one.status === 0 || struckCloses.has(row.id)));
}
