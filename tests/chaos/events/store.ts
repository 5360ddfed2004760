import type { Database } from "../../../local/database.ts";
import type { EventEvidence, HintKind } from "./evidence.ts";
import type { Observer } from "../observer.ts";

/** Writes that were rolled back leave nothing here. */
const RECORDING = `
  create schema chaos;
  create table chaos.store_writes (
    number bigserial primary key, transaction text not null, row_id uuid not null,
    organization_id text not null, change bigint not null, delivery_before text, delivery text);
  create function chaos.record_message() returns trigger language plpgsql security definer as $$
  begin
    insert into chaos.store_writes
      (transaction, row_id, organization_id, change, delivery_before, delivery)
    values (pg_current_xact_id()::text, new.id, new.organization_id, new.change,
      case when tg_op = 'UPDATE' then old.delivery end, new.delivery);
    return null;
  end
  $$;
  create function chaos.record_chat() returns trigger language plpgsql security definer as $$
  begin
    insert into chaos.store_writes (transaction, row_id, organization_id, change)
    values (pg_current_xact_id()::text, new.id, new.organization_id, new.change);
    return null;
  end
  $$;
  create trigger chaos_record after insert or update on public.messenger_messages
    for each row execute function chaos.record_message();
  create trigger chaos_record after insert or update on public.messenger_chats
    for each row execute function chaos.record_chat()`;

/** Has triggers record every write of a message or a chat from now on. */
export async function recordStore(database: Database): Promise<void> {
  await database.exec(RECORDING);
}

type Stored = Pick<
  EventEvidence,
  "messages" | "chats" | "waiting" | "kept" | "folders" | "counters" | "writes"
>;

/** All that is stored. */
export async function readStore(observer: Observer): Promise<Stored> {
  const rows = async <Row>(sql: string) => await observer.query(sql) as unknown as Row[];
  return {
    messages: await rows(
      `select id, organization_id, integration_id, chat_id, direction, kind, text, status, task_id,
         provider_message_id, delivery, media, reactions, deleted_at is not null as is_deleted,
         arrived::integer, change::integer
       from public.messenger_messages`,
    ),
    chats: await rows(
      `select id, organization_id, integration_id, address, read_up_to::integer, unread_count,
         change::integer
       from public.messenger_chats`,
    ),
    waiting: await rows(
      `select integration_id, message_ref, delivery, reactions, deleted_at is not null as is_deleted
       from public.messenger_receipts`,
    ),
    kept: await rows(
      `select organization_id, integration_id, message_id, kind, reason,
         translate(encode(body, 'base64'), E'\\n', '') as body
       from public.messenger_events`,
    ),
    folders: new Map(
      (await rows<{ id: string; folder: string }>(
        `select id, public.messenger_folder(organization_id) as folder
         from public.messenger_integrations`,
      )).map(({ id, folder }) => [id, folder]),
    ),
    counters: new Map(
      (await rows<{ organization_id: string; change: number }>(
        "select organization_id, change::integer from public.messenger_changes",
      )).map(({ organization_id, change }) => [organization_id, change]),
    ),
    writes: await rows(
      `select transaction, row_id, organization_id, change::integer, delivery_before, delivery
       from chaos.store_writes order by number`,
    ),
  };
}

/** What Realtime was given to tell. */
export async function readHints(observer: Observer): Promise<HintKind[]> {
  return await observer.query(`
    select h.topic, h.event, h.private as "isPrivate", f.fields,
      max(length(h.payload::text)) as bytes, max((h.payload ->> 'change')::bigint)::integer as change
    from realtime.messages h, lateral (
      select array_agg(field order by field) as fields
      from jsonb_object_keys(h.payload) field) f
    group by h.topic, h.event, h.private, f.fields`) as unknown as HintKind[];
}
