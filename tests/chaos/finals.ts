import type { Callers, Outcome } from "./callers.ts";
import { isConnection, isEmptied, type RowState } from "./history.ts";
import type { Plan } from "./plan.ts";
import type { PlannedCall } from "./planned_call.ts";
import { organizationIdOf } from "./users.ts";

/** What came of disconnecting a row. */
export type Repeat = Outcome & { row: RowState };

/** Has one further number of each organization disconnected, and then once more. */
export async function disconnectTwice(
  { organizations, calls: [first] }: Plan,
  rows: RowState[],
  callers: Callers,
): Promise<Repeat[]> {
  const repeats: Repeat[] = [];
  for (let organization = 0; organization < organizations; organization++) {
    const row = rows.find((one) =>
      one.organization_id === organizationIdOf(organization) && isConnection(one) &&
      !one.wpp_primary
    );
    if (!row) continue;
    const input = { session: row.session };
    const call = { ...first, name: "wpp-disconnect" as const, organization, caller: 0 as const };
    for (let time = 0; time < 2; time++) {
      repeats.push({ row, ...await callers.make({ ...call, input }) });
    }
  }
  return repeats;
}

/**
 * Ends the creations that the storm left open, as their callers would, and has each organization
 * create once more.
 */
export async function createOnceMore(
  { organizations, calls: [first] }: Plan,
  rows: RowState[],
  callers: Callers,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let organization = 0; organization < organizations; organization++) {
    const own = rows.filter((row) => row.organization_id === organizationIdOf(organization));
    for (const input of [...own.flatMap(inputToFinish), {}]) {
      const call: PlannedCall = { ...first, organization, caller: 0, process: organization, input };
      outcomes.push(await callers.make(call));
    }
  }
  return outcomes;
}

/** With what the creation of this row is called again, if it was not finished. */
function inputToFinish(row: RowState, _index: number, own: RowState[]): PlannedCall["input"][] {
  if (isEmptied(row) && row.claim_id !== null) return [{ reconnect: true, session: row.session }];
  if (row.session !== null) return [];
  const isFirst = row.identity === null && !own.some(isConnection);
  return [isFirst ? {} : { another: true, name: row.name }];
}
