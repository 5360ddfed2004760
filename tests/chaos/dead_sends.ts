import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import type { Backend } from "./backend.ts";
import { call } from "./call.ts";
import type { Outcome } from "./callers.ts";
import { wordOf } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import type { Fleet } from "./fleet.ts";
import type { LedgerRow } from "./ledger.ts";

/**
 * Meets the sends again that died, as if their time was over: by their key, else by the function
 * that operators schedule. Returns what went otherwise than documented.
 */
export async function meetDeadSends(
  { ledger, outcomes }: Evidence,
  fleet: Fleet,
  { database, simulator }: Backend,
): Promise<string[]> {
  const dead = ledger.filter((row) => row.status === "sending");
  await database.exec(
    "update public.messenger_sends set attempt_started_at = now() - interval '10 minutes'",
  );
  const sent = simulator.messages.length;
  const wrong: string[] = [];
  const keyed = dead.filter((row) => row.idempotency_key !== null);
  for (const [index, row] of keyed.entries()) {
    const first = outcomes.find((one) => one.call.message?.text === row.text)!;
    const word = await sendAgain(row, first, fleet, index);
    if (word !== "504 delivery_unknown") wrong.push(`row ${row.id}, once dead, answers ${word}`);
  }
  const [{ count }] = await database.query(
    "select public.messenger_expire_messages()::integer as count",
  );
  const unmet = dead.length - keyed.length;
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
