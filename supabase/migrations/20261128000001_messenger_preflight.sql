-- Looks at what the database holds already, and stops with a sentence where the files after this one
-- would not fit it: before anything is changed. Then it writes down which tables are ours.
--
-- A table messenger_integrations may have been there before, with other messengers' rows. It stays
-- what it was for everybody else: see `…_messenger_access.sql`.

do $preflight$
declare
  -- The tables of the set of 2026-11-22, by which they are known again.
  v_connection_columns constant text[] := array['access_token', 'access_token_expires_at',
    'api_key_issued_at', 'claim_id', 'claimed_until', 'created_at', 'created_by', 'id', 'is_active',
    'is_primary', 'messenger_type', 'name', 'organization_id', 'provider', 'session', 'settings',
    'status', 'updated_at'];
  v_message_columns constant text[] := array['attempt', 'attempt_started_at', 'created_at',
    'created_by', 'error_code', 'id', 'idempotency_key', 'integration_id', 'organization_id',
    'recipient', 'request_fingerprint', 'retryable', 'session', 'status', 'task_id', 'text',
    'updated_at'];
  v_table record;
  v_column record;
  v_label text;
  v_is_ours boolean;
  v_ours jsonb := '{}';
begin
  for v_table in
    select t.name, t.columns, to_regclass('public.' || t.name) as oid
    from (values
      ('messenger_integrations', v_connection_columns),
      ('messenger_messages', v_message_columns),
      ('messenger_changes', null),
      ('messenger_chats', null),
      ('messenger_chat_words', null),
      ('messenger_sends', null),
      ('messenger_receipts', null),
      ('messenger_events', null)
    ) as t (name, columns)
  loop
    v_is_ours := null;
    if to_regclass('messenger_internal.made_tables') is not null then
      select m.made_by_us into v_is_ours
      from messenger_internal.made_tables m where m.name = v_table.name;
    end if;
    v_ours := v_ours || jsonb_build_object(v_table.name, coalesce(v_is_ours, v_table.oid is null or
      coalesce(v_table.columns = (
        select array_agg(a.attname::text order by a.attname::text) from pg_attribute a
        where a.attrelid = v_table.oid and a.attnum > 0 and not a.attisdropped
      ), false)));
    continue when v_table.oid is null;
    if (select c.relkind from pg_class c where c.oid = v_table.oid) <> 'r' then
      raise exception 'public.% is not a plain table.', v_table.name
        using hint = 'Rename it: these functions make a table of this name.';
    end if;
    if not (select pg_has_role(c.relowner, 'MEMBER') from pg_class c where c.oid = v_table.oid) then
      raise exception 'public.% belongs to another role.', v_table.name
        using hint = 'Run the migrations as its owner.';
    end if;
  end loop;

  for v_table in
    select o.key as name from jsonb_each_text(v_ours) o
    where o.key <> 'messenger_integrations' and not o.value::boolean
  loop
    raise exception 'public.% is a table of yours.', v_table.name
      using hint = 'Rename it: these functions make a table of this name.';
  end loop;

  -- Columns that a table has already must have types that these functions can work with.
  for v_column in
    select e.name, e.types, a.atttypid as type_id, format_type(a.atttypid, null) as type,
      a.attgenerated <> '' as is_generated, t.typtype = 'e' as is_enum
    from (values
      ('id', array['uuid']),
      ('organization_id', array['uuid', 'text', 'character varying', 'bigint', 'integer']),
      ('created_by', array['uuid']),
      ('messenger_type', array['text', 'character varying']),
      ('provider', array['text', 'character varying']),
      ('name', array['text', 'character varying']),
      ('status', array['text', 'character varying']),
      ('is_primary', array['boolean']),
      ('is_active', array['boolean']),
      ('is_enabled', array['boolean']),
      ('wpp_primary', array['boolean']),
      ('settings', array['jsonb']),
      ('session', array['text']),
      ('access_token', array['text']),
      ('access_token_expires_at', array['timestamp with time zone']),
      ('api_key_issued_at', array['timestamp with time zone']),
      ('credentials_id', array['uuid']),
      ('claim_id', array['uuid']),
      ('claimed_by', array['text']),
      ('claimed_until', array['timestamp with time zone']),
      ('identity', array['text']),
      ('phone', array['text', 'character varying']),
      ('start_requested_at', array['timestamp with time zone']),
      ('webhook_digest', array['text']),
      ('webhook_former_digest', array['text']),
      ('webhook_former_until', array['timestamp with time zone']),
      ('webhook_url', array['text']),
      ('webhook_due_at', array['timestamp with time zone']),
      ('webhook_tried_at', array['timestamp with time zone']),
      ('webhook_registered_at', array['timestamp with time zone']),
      ('last_event_at', array['timestamp with time zone']),
      ('reconciled_at', array['timestamp with time zone']),
      ('dropped_events', array['bigint']),
      ('created_at', array['timestamp with time zone', 'timestamp without time zone']),
      ('updated_at', array['timestamp with time zone', 'timestamp without time zone'])
    ) as e (name, types)
    left join pg_attribute a
      on a.attrelid = to_regclass('public.messenger_integrations') and a.attname = e.name
        and a.attnum > 0 and not a.attisdropped
    left join pg_type t on t.oid = a.atttypid
    where to_regclass('public.messenger_integrations') is not null
  loop
    if v_column.type is null then
      if v_column.name in ('id', 'organization_id') then
        raise exception 'public.messenger_integrations has no column %.', v_column.name
          using hint = 'It is a table of something else: rename it.';
      end if;
    elsif v_column.is_enum and v_column.name in ('messenger_type', 'provider') then
      v_label := case v_column.name when 'provider' then 'wpp' else 'whatsapp' end;
      if not exists (
        select from pg_enum l where l.enumtypid = v_column.type_id and l.enumlabel = v_label
      ) then
        raise exception 'public.messenger_integrations.% is of the enum %, which has no value %.',
            v_column.name, v_column.type, quote_literal(v_label)
          using hint = format('Add it: alter type %s add value %L;', v_column.type, v_label);
      end if;
    elsif v_column.type <> all (v_column.types) then
      raise exception 'public.messenger_integrations.% is %, and these functions need %.',
          v_column.name, v_column.type, array_to_string(v_column.types, ' or ')
        using hint = 'Change the type of the column, or rename the column or the table.';
    elsif v_column.name = 'session' and not v_column.is_generated then
      raise exception 'public.messenger_integrations.session is a column of yours.'
        using hint = 'Rename it: these functions compute a column of this name from settings.';
    end if;
  end loop;

  if to_regclass('public.messenger_integrations') is not null and not exists (
    select from pg_index x
    join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
    where x.indrelid = to_regclass('public.messenger_integrations') and a.attname = 'id'
      and x.indisunique and x.indnkeyatts = 1 and x.indpred is null and x.indisvalid
  ) then
    raise exception 'public.messenger_integrations.id is not unique.'
      using hint = 'Make it the primary key.';
  end if;

  if exists (
    select from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = 'messenger_organization_of'
      and (p.proargtypes::text <> 'jsonb'::regtype::oid::text or p.prorettype <> 'text'::regtype
        or p.prokind <> 'f' or p.proretset)
  ) then
    raise exception 'public.messenger_organization_of has another signature.'
      using hint = 'It must be messenger_organization_of(claims jsonb) returns text.';
  end if;

  -- From here on, something is changed.
  create schema if not exists messenger_internal;
  create table if not exists messenger_internal.made_tables (
    name text primary key,
    made_by_us boolean not null
  );
  insert into messenger_internal.made_tables (name, made_by_us)
  select o.key, o.value::boolean from jsonb_each_text(v_ours) o
  on conflict (name) do nothing;

  if not (v_ours -> 'messenger_integrations')::boolean
    and to_regprocedure('public.messenger_claim_integration(text, uuid, text, text, integer)') is not null
  then
    raise warning 'An earlier version of these migrations took every grant on public.messenger_integrations from anon and authenticated, which other code may have used.'
      using hint = 'Give again what your own pages need; policies of these functions hide their rows.';
  end if;
end
$preflight$;

comment on schema messenger_internal is
  'Helpers that only the messenger_* functions call. Not exposed by the API.';
comment on table messenger_internal.made_tables is
  'Which tables these migrations made. On others, everybody''s grants and policies stay.';
comment on column messenger_internal.made_tables.name is
  'The name of a table in public.';
comment on column messenger_internal.made_tables.made_by_us is
  'false: the table was there before.';
revoke all on schema messenger_internal from public, anon, authenticated;
alter table messenger_internal.made_tables enable row level security;
revoke all on table messenger_internal.made_tables from public, anon, authenticated;
grant usage on schema messenger_internal to service_role;

notify pgrst, 'reload schema';
