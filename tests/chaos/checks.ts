import { accountViolations, leaseViolations, replacementViolations } from "./creation_checks.ts";
import { slotViolations, takeoverViolations } from "./creation_checks.ts";
import { deletionViolations } from "./delete_checks.ts";
import { disconnectViolations, endingViolations } from "./disconnect_checks.ts";
import { undocumented } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import { attemptViolations, keyViolations } from "./key_checks.ts";
import { memoryViolations } from "./memory.ts";
import { foreignViolations, secretViolations, timeViolations } from "./outside_checks.ts";
import { pictureViolations } from "./picture_checks.ts";
import { primaryViolations } from "./primary_checks.ts";
import { isAccepted, messageId, sendViolations } from "./send_checks.ts";
import { exchangeViolations } from "./token_checks.ts";

/** Rows that are open, or closed as unknown, though the platform took the message. */
export interface Gaps {
  acceptedNotClosed: number;
  sending: number;
  unknown: number;
  noAnswer: number;
}

/** By the names of docs/guarantees.md. */
const CHECKS: Record<string, (evidence: Evidence) => string[]> = {
  answerViolations,
  slotViolations,
  leaseViolations,
  takeoverViolations,
  accountViolations,
  replacementViolations,
  primaryViolations,
  disconnectViolations,
  endingViolations,
  sendViolations,
  keyViolations,
  attemptViolations,
  pictureViolations,
  deadSendViolations: ({ metAgain }) => metAgain,
  deletionViolations,
  exchangeViolations,
  foreignViolations,
  secretViolations,
  timeViolations,
  memoryViolations: ({ growth }) => memoryViolations(growth),
};
export const CHECK_NAMES = Object.keys(CHECKS);

/** Each promise that was broken, in a sentence. */
export function violationsOf(evidence: Evidence): string[] {
  return Object.entries(CHECKS).flatMap(([name, violations]) =>
    violations(evidence).map((one) => `${one} (${name})`)
  );
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

/** Every call is answered as documented, unless its process was killed; and no process complains. */
function answerViolations({ outcomes, finals, killed, complaints }: Evidence): string[] {
  const storm = outcomes.flatMap((one) => {
    const cut = one.status === 0 && killed.has(one.process);
    const problem = cut ? undefined : undocumented(one.call, one);
    return problem ? [`call ${one.call.number} of ${one.call.name}: ${problem}`] : [];
  });
  const late = finals.filter((one) => one.status !== 200 && one.status !== 201)
    .map((one) => `organization ${one.call.organization} cannot create after the storm`);
  const complained = complaints.map((line) => `a process complained: ${line}`);
  return [...storm, ...late, ...complained];
}
