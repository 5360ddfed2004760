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
}

/** A row of messenger_integrations. */
export interface ConnectionRow {
  organization_id: string;
  session: string | null;
  api_key: string | null;
}

export async function readLedger(database: Database): Promise<LedgerRow[]> {
  return await database.query(
    `select id, organization_id, session, recipient, text, idempotency_key, status, task_id
     from public.messenger_messages`,
  ) as unknown as LedgerRow[];
}

export async function readConnections(database: Database): Promise<ConnectionRow[]> {
  return await database.query(
    `select organization_id, session, settings ->> 'apiKey' as api_key
     from public.messenger_integrations`,
  ) as unknown as ConnectionRow[];
}

/** Milliseconds until the last creation lease ends, by the database's clock. */
export async function untilLeasesEnd(database: Database): Promise<number> {
  const [{ ms }] = await database.query(
    `select coalesce(max(extract(epoch from claimed_until - now()) * 1000), 0)::float as ms
     from public.messenger_integrations`,
  );
  return Math.max(0, Number(ms));
}
