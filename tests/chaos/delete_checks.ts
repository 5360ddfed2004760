import type { Evidence } from "./evidence.ts";
import type { PlatformRequest } from "./injector.ts";

/** What was broken of: deleted is what somebody asked for, and what the platform was told. */
export function deletionViolations({ ledger, sent, requests, outcomes }: Evidence): string[] {
  const calls = outcomes.filter((one) => one.call.name === "wpp-delete");
  const asked = new Set(calls.map((one) => one.asked.messageId));
  const done = new Set(requests.filter(saysDeleted).map((request) => request.named));
  const rows = new Map(ledger.map((row) => [row.id, row]));
  const tasks = new Map(ledger.map((row) => [row.task_id, row]));
  const wrong = ledger
    .filter((row) => row.deleted_at !== null && !done.has(row.task_id!))
    .map((row) => `row ${row.id} is deleted, and the platform was not told`);
  for (const { taskId, text, deletedAt } of sent) {
    const row = tasks.get(taskId);
    if (deletedAt !== null && !(row && asked.has(row.id))) {
      wrong.push(`the platform deleted ${text}, which nobody asked for`);
    }
    if (deletedAt === null && row?.deleted_at && !wasMisled(taskId, requests)) {
      wrong.push(`${text} is deleted, and still at the platform`);
    }
  }
  for (const { call, status, asked: { messageId } } of calls) {
    if (status !== 200 || rows.get(messageId as string)?.deleted_at) continue;
    wrong.push(`call ${call.number}: deleted, and its row does not say so`);
  }
  return wrong;
}

/** A deletion that succeeded, or of a message that the platform does not know. */
function saysDeleted({ call, status = 0, fault }: PlatformRequest): boolean {
  return call === "delete" && fault !== "unsuccessful" &&
    (status >= 200 && status < 300 || status === 404);
}

/** A fault answered in the platform's place. */
function wasMisled(taskId: string, requests: PlatformRequest[]): boolean {
  return requests.some((one) => one.named === taskId && one.fault && saysDeleted(one));
}
