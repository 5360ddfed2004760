import type { Database } from "../../local/database.ts";

/** A row of messenger_messages. */
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
}

export async function readLedger(database: Database): Promise<LedgerRow[]> {
  return await database.query(
    `select id, organization_id, session, recipient, text, idempotency_key, status, task_id,
       deleted_at
     from public.messenger_messages`,
  ) as unknown as LedgerRow[];
}
