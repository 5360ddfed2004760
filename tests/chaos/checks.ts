import { creationViolations, primaryViolations } from "./connection_checks.ts";
import { deletionViolations } from "./delete_checks.ts";
import { disconnectViolations } from "./disconnect_checks.ts";
import { undocumented } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import { memoryViolations } from "./memory.ts";
import { isAccepted, messageId, sendViolations } from "./send_checks.ts";

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
    ...creationViolations(evidence),
    ...primaryViolations(evidence),
    ...disconnectViolations(evidence),
    ...sendViolations(evidence),
    ...deletionViolations(evidence),
    ...memoryViolations(evidence.growth),
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
    const problem = cut ? undefined : undocumented(one.call, one);
    return problem ? [`call ${one.call.number} of ${one.call.name}: ${problem}`] : [];
  });
  const late = finals.filter((one) => one.status !== 200 && one.status !== 201)
    .map((one) => `organization ${one.call.organization} cannot create after the storm`);
  return [...storm, ...late];
}
