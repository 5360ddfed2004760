import type { SentMessage, SimulatedClient } from "../../local/simulator/simulator.ts";
import { undocumented } from "./documented.ts";
import type { ConnectionRow, LedgerRow } from "./ledger.ts";
import { type Growth, GROWTH_BOUND, MEMORY_BOUND } from "./memory.ts";
import type { Outcome } from "./storm.ts";

/** All that is known when a run is over. */
export interface Evidence {
  organizations: number;
  /** Of the storm. */
  outcomes: Outcome[];
  /** One call of wpp-create for each organization, after it. */
  finals: Outcome[];
  clients: readonly SimulatedClient[];
  /** What the platform executed. */
  sent: readonly SentMessage[];
  connections: ConnectionRow[];
  ledger: LedgerRow[];
  /** Processes that were killed. */
  killed: ReadonlySet<string>;
  /** Ledger rows whose opening was done and its answer lost, and those whose close was struck. */
  lostOpens: ReadonlySet<string>;
  struckCloses: ReadonlySet<string>;
  growth: Growth[];
  /** What the processes printed beside their log, and their log lines of errors of ours. */
  complaints: string[];
}

/** Rows that are open, or closed as unknown, though the platform took the message. */
export interface Gaps {
  acceptedNotClosed: number;
  sending: number;
  unknown: number;
  noAnswer: number;
}

/** Each promise that was broken, in a sentence. */
export function violationsOf(evidence: Evidence): string[] {
  return [
    ...answers(evidence),
    ...clientsAndConnections(evidence),
    ...executedOnce(evidence),
    ...acceptedAreKept(evidence),
    ...ledgerIsTrue(evidence),
    ...memoryIsFlat(evidence),
    ...evidence.complaints.map((line) => `a process complained: ${line}`),
  ];
}

export function gapsOf({ outcomes, ledger }: Evidence): Gaps {
  const rows = new Map(ledger.map((row) => [row.id, row]));
  return {
    acceptedNotClosed:
      outcomes.filter((one) => isAccepted(one) && rows.get(messageId(one))?.status !== "accepted")
        .length,
    sending: ledger.filter((row) => row.status === "sending").length,
    unknown: ledger.filter((row) => row.status === "unknown").length,
    noAnswer: outcomes.filter((one) => one.status === 0).length,
  };
}

/** Every call is answered as documented, unless its process was killed. */
function answers({ outcomes, finals, killed }: Evidence): string[] {
  const storm = outcomes.flatMap((one) => {
    const cut = one.status === 0 && killed.has(one.process);
    const problem = cut ? undefined : undocumented(one.call.name, one);
    return problem ? [`call ${one.call.number} of ${one.call.name}: ${problem}`] : [];
  });
  const late = finals.filter((one) => one.status !== 200 && one.status !== 201)
    .map((one) => `organization ${one.call.organization} cannot create after the storm`);
  return [...storm, ...late];
}

function clientsAndConnections({ organizations, clients, connections }: Evidence): string[] {
  const wrong: string[] = [];
  if (clients.length !== organizations) {
    wrong.push(`${organizations} organizations have ${clients.length} platform clients`);
  }
  for (const { owner } of clients) {
    const count = clients.filter((one) => one.owner === owner).length;
    if (count > 1) wrong.push(`the platform has ${count} clients of user ${owner}`);
  }
  if (connections.length !== organizations) {
    wrong.push(`${organizations} organizations have ${connections.length} connections`);
  }
  for (const { organization_id, session, api_key } of connections) {
    const client = clients.find((one) => one.session === session);
    if (client?.apiKey !== api_key) wrong.push(`${organization_id} has another's apiKey, or none`);
  }
  return wrong;
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
  const { ledger, sent, connections } = evidence;
  const executed = new Map(sent.map((message) => [rowIdOf(message), message]));
  const known = new Set(ledger.map((row) => row.id));
  const sessions = new Map(connections.map((one) => [one.organization_id, one.session]));
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
    if (row.session !== sessions.get(row.organization_id)) say("is of another organization");
    if (row.status === "sending" && !mayBeOpen(row, evidence)) say("is sending without a reason");
  }
  return wrong;
}

/** Its opening was done and not answered, or the process was killed before it could close it. */
function mayBeOpen(row: LedgerRow, { outcomes, lostOpens, struckCloses, killed }: Evidence) {
  return lostOpens.has(row.id) ||
    outcomes.some((one) =>
      one.call.message?.text === row.text && killed.has(one.process) &&
      (one.status === 0 || struckCloses.has(row.id))
    );
}

function memoryIsFlat({ growth }: Evidence): string[] {
  return growth
    .filter(({ earlier, later }) => later - earlier > GROWTH_BOUND || later > MEMORY_BOUND)
    .map(({ process, earlier, later }) => `${process} grew from ${earlier} to ${later} MiB`);
}

function isAccepted(outcome: Outcome): boolean {
  return outcome.call.name === "wpp-send" && outcome.status === 202;
}

function messageId({ body }: Outcome): string {
  return (body as { messageId: string }).messageId;
}
