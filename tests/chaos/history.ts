import type { Database } from "../../local/database.ts";

/** A row of messenger_integrations at one moment. */
export interface RowState {
  id: string;
  organization_id: string;
  name: string;
  status: string;
  wpp_primary: boolean;
  session: string | null;
  api_key: string | null;
  access_token: string | null;
  credentials_id: string;
  identity: string | null;
  claim_id: string | null;
  claimed_until: string | null;
}

/** One write of a row. */
export interface RowWrite {
  /** Which transaction wrote it. */
  transaction: string;
  /** Null: it was inserted. */
  before: RowState | null;
  /** Null: it was deleted. */
  after: RowState | null;
  /** The columns that it changed, of all that there are; none where it was inserted or deleted. */
  changed: string[];
}

/** Writes that were rolled back leave nothing here. */
const RECORDING = `
  create schema chaos;
  create table chaos.writes (
    number bigserial primary key, transaction text not null, before jsonb, after jsonb,
    changed jsonb not null);
  create function chaos.state(p_row public.messenger_integrations) returns jsonb
  language sql stable as $$
    select case when p_row.id is not null then jsonb_build_object(
      'id', p_row.id, 'organization_id', p_row.organization_id, 'name', p_row.name,
      'status', p_row.status, 'wpp_primary', p_row.wpp_primary, 'session', p_row.session,
      'api_key', p_row.settings ->> 'apiKey', 'access_token', p_row.access_token,
      'credentials_id', p_row.credentials_id, 'identity', p_row.identity,
      'claim_id', p_row.claim_id, 'claimed_until', p_row.claimed_until) end
  $$;
  create function chaos.record() returns trigger language plpgsql security definer as $$
  begin
    insert into chaos.writes (transaction, before, after, changed)
    values (pg_current_xact_id()::text, chaos.state(old), chaos.state(new), (
      select coalesce(jsonb_agg(n.key), '[]') from jsonb_each(to_jsonb(new)) n
      where tg_op = 'UPDATE' and n.value is distinct from to_jsonb(old) -> n.key));
    return null;
  end
  $$;
  create trigger chaos_record after insert or update or delete on public.messenger_integrations
    for each row execute function chaos.record()`;

/** Has a trigger record every write of a connection from now on. */
export async function recordWrites(database: Database): Promise<void> {
  await database.exec(RECORDING);
}

/** Ends the leases of creations that died. None runs any more when this is called. */
export async function endLeases(database: Database): Promise<void> {
  await database.exec(
    "update public.messenger_integrations set claimed_until = now() where claimed_until > now()",
  );
}

/** All writes that were committed, in their order. */
export async function readWrites(database: Database): Promise<RowWrite[]> {
  return await database.query(
    "select transaction, before, after, changed from chaos.writes order by number",
  ) as unknown as RowWrite[];
}

/** The rows as they are after these writes. */
export function rowsAfter(writes: RowWrite[]): RowState[] {
  const rows = new Map<string, RowState>();
  for (const { before, after } of writes) {
    if (after) rows.set(after.id, after);
    else rows.delete(before!.id);
  }
  return [...rows.values()];
}

/** Whether a row can be used: it was created, and not disconnected since. */
export function isConnection({ session, api_key }: RowState): boolean {
  return session !== null && api_key !== null;
}

/** Whether a row was a connection, and was disconnected. */
export function isEmptied({ session, api_key }: RowState): boolean {
  return session !== null && api_key === null;
}
