import type { Database } from "../../local/database.ts";

/** A send: its row of messenger_messages, and its key of messenger_sends. */
export interface LedgerRow {
  id: string;
  organization_id: string;
  session: string;
  recipient: string;
  text: string;
  idempotency_key: string | null;
  status: "sending" | "accepted" | "failed" | "unknown";
  task_id: string | null;
  deleted_at: unknown;
  attempt_id: string;
}

export async function readLedger(database: Database): Promise<LedgerRow[]> {
  return await database.query(
    `select m.id, m.organization_id, m.session, m.recipient, m.text, s.idempotency_key, m.status,
       m.task_id, m.deleted_at, s.attempt_id
     from public.messenger_messages m join public.messenger_sends s on s.message_id = m.id`,
  ) as unknown as LedgerRow[];
}
