/**
 * What Supabase's Realtime has made in a project's database before the first migration of the
 * project, in the form of server 2.130 (lib/realtime/tenants/repo/migrations of supabase/realtime):
 * names, signatures, grants and behaviour are the same. Left out are `realtime.broadcast_changes`,
 * `send_binary`, and all of `postgres_changes`. What is the stand-in's own is named `stand_in_…`.
 * Can be applied repeatedly.
 */
export const REALTIME_SCHEMA = `
create schema if not exists realtime;
grant usage on schema realtime to anon, authenticated, service_role;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

create or replace function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

-- Whoever sends never learns of an error: theirs is the transaction that must go on.
create or replace function realtime.send(
  payload jsonb, event text, topic text, private boolean default true
) returns void language plpgsql as $$
declare
  v_id constant uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', send.topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    v_id,
    case when send.payload ? 'id' then send.payload
      else jsonb_set(send.payload, '{id}', to_jsonb(v_id)) end,
    send.event, send.topic, send.private, 'broadcast'
  );
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

-- In place of the replication slot: says which rows were committed, in the order of the commits.
create or replace function realtime.stand_in_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('realtime_messages', new.id::text);
  return null;
end
$$;
create or replace trigger stand_in_notify after insert on realtime.messages for each row
  when (new.payload is not null and new.event is not null and new.private is not null)
  execute function realtime.stand_in_notify();

-- The partitions from yesterday to three days ahead; those that are older than 72 hours go. Supabase
-- Lite grants client roles all tables of a schema: row level security closes the partitions to them.
create or replace function realtime.stand_in_partitions() returns void language plpgsql as $$
declare
  v_day date;
  v_old text;
begin
  for v_day in select current_date + n from generate_series(-1, 3) n loop
    if to_regclass('realtime.messages_' || to_char(v_day, 'YYYY_MM_DD')) is null then
      execute format('create table realtime.%I partition of realtime.messages
        for values from (%L) to (%L)',
        'messages_' || to_char(v_day, 'YYYY_MM_DD'), v_day, v_day + 1);
      execute format('alter table realtime.%I enable row level security',
        'messages_' || to_char(v_day, 'YYYY_MM_DD'));
    end if;
  end loop;
  for v_old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'realtime.messages'::regclass
      and c.relname < 'messages_' || to_char(current_date - 3, 'YYYY_MM_DD')
  loop
    execute format('drop table realtime.%I', v_old);
  end loop;
end
$$;
revoke execute on function realtime.stand_in_partitions() from public;
select realtime.stand_in_partitions();
`;

/** What the trigger notifies ids of rows on. */
export const NOTIFIED = "realtime_messages";

/** Whether the schema `realtime` is the stand-in's, by the trigger that no real Realtime has. */
export const IS_STAND_IN = "to_regprocedure('realtime.stand_in_notify()') is not null";

/** Whether there is one that is not. */
export const IS_OF_OTHERS =
  `select to_regnamespace('realtime') is not null and not (${IS_STAND_IN}) as found`;

/** Drops today's partition: what is sent until it is made again is lost. */
export const DROP_TODAY = `
  do $$ begin
    execute format('drop table if exists realtime.%I',
      'messages_' || to_char(current_date, 'YYYY_MM_DD'));
  end $$`;

/** Makes the partitions that are missing. */
export const MAKE_PARTITIONS = "select realtime.stand_in_partitions()";
