import type { Backend } from "./backend.ts";
import { call } from "./call.ts";
import { wordOf } from "./documented.ts";
import type { Fleet } from "./fleet.ts";
import type { LedgerRow } from "./ledger.ts";
import { signIn } from "./users.ts";

/**
 * Meets the sends again that died, as if their time was over: by their key, else by the function
 * that operators schedule. Returns what went otherwise than documented.
 */
export async function meetDeadSends(
  ledger: LedgerRow[],
  fleet: Fleet,
  { database, simulator }: Backend,
): Promise<string[]> {
  const dead = ledger.filter((row) => row.status === "sending");
  await database.exec(
    `update public.messenger_messages set attempt_started_at = now() - interval '10 minutes'
     where status = 'sending'`,
  );
  const sent = simulator.messages.length;
  const wrong: string[] = [];
  for (const [index, row] of dead.entries()) {
    if (row.idempotency_key === null) continue;
    const word = await sendAgain(row, fleet, index);
    if (word !== "504 delivery_unknown") wrong.push(`row ${row.id}, once dead, answers ${word}`);
  }
  const keyless = dead.filter((row) => row.idempotency_key === null).length;
  const [{ count }] = await database.query(
    "select public.messenger_expire_messages()::integer as count",
  );
  if (count !== keyless) wrong.push(`${count} of ${keyless} dead sends without a key were expired`);
  if (simulator.messages.length !== sent) wrong.push("a dead send was executed when met again");
  return wrong;
}

async function sendAgain(row: LedgerRow, fleet: Fleet, index: number): Promise<string> {
  const { token } = await signIn(Number(row.organization_id.replace("organization-", "")));
  return wordOf(
    await call(fleet, await fleet.pick("wpp-send", index), {
      token,
      body: { to: row.recipient, text: row.text },
      idempotencyKey: row.idempotency_key!,
    }),
  );
}
