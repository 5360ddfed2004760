import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import type { Backend } from "./backend.ts";
import { call } from "./call.ts";
import type { Outcome } from "./callers.ts";
import { wordOf } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import type { Fleet } from "./fleet.ts";
import { isConnection, rowsAfter } from "./history.ts";
import type { LedgerRow } from "./ledger.ts";

/**
 * Meets the sends again that died, as if their time was over: by their key, else by the function
 * that operators schedule. Returns what went otherwise than documented.
 */
export async function meetDeadSends(
  { ledger, outcomes, writes }: Evidence,
  fleet: Fleet,
  { database, simulator }: Backend,
): Promise<string[]> {
  const dead = ledger.filter((row) => row.status === "sending");
  await database.exec(
    "update public.messenger_sends set attempt_started_at = now() - interval '10 minutes'",
  );
  const sent = simulator.messages.length;
  const sessions = new Set(rowsAfter(writes).filter(isConnection).map((row) => row.session));
  const wrong: string[] = [];
  let unmet = 0;
  for (const [index, row] of dead.entries()) {
    const first = outcomes.find((one) => one.call.message?.text === row.text)!;
    const session = first.asked.session as string | undefined;
    // Where the connection that it named is gone, nobody can ask for it by its key.
    const isGone = session !== undefined && !sessions.has(session);
    if (row.idempotency_key === null || isGone) unmet++;
    if (row.idempotency_key === null) continue;
    const word = await sendAgain(row, first, fleet, index);
    const expected = isGone ? "404 integration_not_found" : "504 delivery_unknown";
    if (word !== expected) wrong.push(`row ${row.id}, once dead, answers ${word}`);
  }
  const [{ count }] = await database.query(
    "select public.messenger_expire_messages()::integer as count",
  );
  if (count !== unmet) wrong.push(`${count} of ${unmet} dead sends that nobody met were expired`);
  if (simulator.messages.length !== sent) wrong.push("a dead send was executed when met again");
  return wrong;
}

/** By the project's own server: an idempotency key is the organization's, whoever calls. */
async function sendAgain(row: LedgerRow, { asked }: Outcome, fleet: Fleet, index: number) {
  return wordOf(
    await call(fleet, await fleet.pick("wpp-send", index), {
      token: DEVELOPMENT_KEYS.secretKey,
      body: { ...asked, organizationId: row.organization_id },
      idempotencyKey: row.idempotency_key!,
    }),
  );
}
