-- WhatsApp connections: one row each, in messenger_integrations. Additive and repeatable: every
-- statement also runs on a table that was there before, with rows of other messengers, and runs again
-- without harm. A row is ours where messenger_type is 'whatsapp' and provider is 'wpp'.

-- A foreign key that is checked at the end of the transaction would forbid the indexes below.
set constraints all immediate;

create table if not exists public.messenger_integrations (
  id uuid primary key default gen_random_uuid(),
  organization_id text not null,
  created_by uuid,
  messenger_type text not null default 'whatsapp',
  provider text not null default 'wpp',
  name text,
  status text not null default 'unknown',
  is_primary boolean not null default false,
  is_active boolean not null default true,
  settings jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default now()
);

-- On a table that was there before, no column that is added makes a row ours: only what a row says
-- itself, or settings of an earlier version.
do $$
declare
  v_columns constant text[] := array(
    select a.attname::text from pg_attribute a
    where a.attrelid = 'public.messenger_integrations'::regclass and not a.attisdropped);
begin
  alter table public.messenger_integrations
    add column if not exists messenger_type text,
    add column if not exists provider text,
    add column if not exists settings jsonb;
  if 'provider' <> all (v_columns) then
    if 'provider_type' = any (v_columns) then
      update public.messenger_integrations set provider = 'wpp' where provider_type::text = 'wpp';
    else
      update public.messenger_integrations set provider = 'wpp'
      where settings ? 'wppApiKey' or settings ?& array['apiKey', 'session'];
    end if;
  end if;
  if 'messenger_type' <> all (v_columns) then
    update public.messenger_integrations set messenger_type = 'whatsapp'
    where provider::text = 'wpp'
      and (settings ? 'wppApiKey' or settings ?& array['apiKey', 'session']);
  end if;
end
$$;

alter table public.messenger_integrations
  add column if not exists created_by uuid,
  add column if not exists name text,
  add column if not exists status text not null default 'unknown',
  add column if not exists is_primary boolean not null default false,
  add column if not exists is_active boolean not null default true,
  add column if not exists is_enabled boolean,
  add column if not exists wpp_primary boolean not null default false,
  add column if not exists access_token text,
  add column if not exists access_token_expires_at timestamptz,
  add column if not exists api_key_issued_at timestamptz,
  add column if not exists credentials_id uuid not null default gen_random_uuid(),
  add column if not exists claim_id uuid,
  add column if not exists claimed_by text,
  add column if not exists claimed_until timestamptz,
  add column if not exists identity text,
  add column if not exists phone text,
  add column if not exists start_requested_at timestamptz,
  add column if not exists webhook_digest text,
  add column if not exists webhook_former_digest text,
  add column if not exists webhook_former_until timestamptz,
  add column if not exists webhook_url text,
  add column if not exists webhook_due_at timestamptz,
  add column if not exists webhook_tried_at timestamptz,
  add column if not exists webhook_registered_at timestamptz,
  add column if not exists last_event_at timestamptz,
  add column if not exists reconciled_at timestamptz,
  add column if not exists dropped_events bigint not null default 0,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now(),
  add column if not exists session text generated always as
    (coalesce(nullif(settings ->> 'session', ''), nullif(settings ->> 'wppAccountNumber', ''))) stored;

-- Columns that a table had before are not ours to explain.
do $$
begin
  if (select m.made_by_us from messenger_internal.made_tables m where m.name = 'messenger_integrations')
  then
    comment on table public.messenger_integrations is
      'WhatsApp connections. Holds secrets: only the edge functions (service_role) may read it.';
    comment on column public.messenger_integrations.id is
      'The integrationId of the contract; it stays when the connection is created anew.';
    comment on column public.messenger_integrations.organization_id is
      'The tenant that the connection belongs to.';
    comment on column public.messenger_integrations.created_by is
      'The user who created the connection.';
    comment on column public.messenger_integrations.messenger_type is
      'whatsapp on rows of these functions; rows of other messengers are left alone.';
    comment on column public.messenger_integrations.provider is
      'wpp on rows of these functions; rows of other providers are left alone.';
    comment on column public.messenger_integrations.name is
      'A name to show.';
    comment on column public.messenger_integrations.status is
      'starting, qr_required, connected, disconnected or unknown, as last seen at the platform.';
    comment on column public.messenger_integrations.is_primary is
      'Of earlier versions and of other messengers; on rows of these functions it is set where no other row of the type has it.';
    comment on column public.messenger_integrations.is_active is
      'The operator''s switch: an inactive row is not found.';
    comment on column public.messenger_integrations.is_enabled is
      'The same switch under another version''s name: a row that is false in either is not found.';
    comment on column public.messenger_integrations.settings is
      '{ apiKey, session, formerSession, webhookToken }, the apiKey and the token encrypted, and gone once disconnected. Rows of earlier versions have { wppApiKey, wppAccountNumber }.';
    comment on column public.messenger_integrations.created_at is
      'When the row was inserted.';
    comment on column public.messenger_integrations.updated_at is
      'When the row was last written.';
  end if;
end
$$;
comment on column public.messenger_integrations.wpp_primary is
  'The connection that is used when a call names no session: one for each organization.';
comment on column public.messenger_integrations.session is
  'The platform''s name of the account, from settings; null while the creation has not finished.';
comment on column public.messenger_integrations.access_token is
  'The platform token that the apiKey was exchanged for, encrypted. In a column of its own, so that caching it never races with a write of settings.';
comment on column public.messenger_integrations.access_token_expires_at is
  'When the access token expires.';
comment on column public.messenger_integrations.api_key_issued_at is
  'When the platform handed out the present apiKey.';
comment on column public.messenger_integrations.credentials_id is
  'Changes with the apiKey alone, so that a token of an earlier apiKey is not stored beside a new one.';
comment on column public.messenger_integrations.claim_id is
  'The creation that runs or was abandoned; the platform gets it as Idempotency-Key.';
comment on column public.messenger_integrations.claimed_by is
  'The user who began that creation (sub of their claims); null for the project''s own server.';
comment on column public.messenger_integrations.claimed_until is
  'When the lease of that creation ends; null: no creation is under way.';
comment on column public.messenger_integrations.identity is
  'What the platform is told as organization when it creates this account; null: the organization itself.';
comment on column public.messenger_integrations.phone is
  'The connected phone number in E.164 form, where known.';
comment on column public.messenger_integrations.start_requested_at is
  'When the platform was last asked to start the session; infinity: it does not know that call.';
comment on column public.messenger_integrations.webhook_digest is
  'SHA-256 of the token in the webhook''s URL, in hex: by it the platform''s calls are known.';
comment on column public.messenger_integrations.webhook_former_digest is
  'The same of the token before it, which holds for ten minutes after messenger_rotate_webhook.';
comment on column public.messenger_integrations.webhook_former_until is
  'When that one ends.';
comment on column public.messenger_integrations.webhook_url is
  'The webhook''s URL without its token, as the platform was last told it.';
comment on column public.messenger_integrations.webhook_due_at is
  'When the platform is to be told that URL again; null: at the next chance.';
comment on column public.messenger_integrations.webhook_tried_at is
  'When the platform was last told, or tried to be; null: never.';
comment on column public.messenger_integrations.webhook_registered_at is
  'When the platform was first told the present webhook''s URL; null: not yet.';
comment on column public.messenger_integrations.last_event_at is
  'When the platform last called that webhook, give or take 10 s; null: never.';
comment on column public.messenger_integrations.reconciled_at is
  'When wpp-reconcile last took care of the connection; null: never.';
comment on column public.messenger_integrations.dropped_events is
  'How many events it posted that hold nothing to keep, such as status updates of contacts.';

-- Of the connections that are there already, the one that was primary stays so.
update public.messenger_integrations i set wpp_primary = true
from (
  select distinct on (c.organization_id) c.id
  from public.messenger_integrations c
  where c.messenger_type = 'whatsapp' and c.provider = 'wpp'
    and not exists (
      select from public.messenger_integrations o
      where o.organization_id = c.organization_id and o.wpp_primary)
  order by c.organization_id,
    (c.is_active is not false and c.is_enabled is not false and c.session is not null) desc,
    c.is_primary desc nulls last, c.created_at, c.id
) as first_of_organization
where i.id = first_of_organization.id;

-- Of the version of 2026-11-22. Where that never was, these names are another's.
do $$
begin
  if to_regprocedure('public.messenger_claim_integration(text, uuid, text, text, integer)') is not null
  then
    drop index if exists public.messenger_integrations_organization_idx;
    drop index if exists public.messenger_integrations_claim_key;
    drop trigger if exists messenger_integrations_set_updated_at on public.messenger_integrations;
  end if;
end
$$;

create unique index if not exists messenger_integrations_wpp_primary_key
  on public.messenger_integrations (organization_id) where wpp_primary;
create index if not exists messenger_integrations_connections_idx
  on public.messenger_integrations (organization_id, wpp_primary desc, created_at, id);
create index if not exists messenger_integrations_session_idx
  on public.messenger_integrations (organization_id, session);
create unique index if not exists messenger_integrations_webhook_digest_key
  on public.messenger_integrations (webhook_digest) where webhook_digest is not null;
-- What messenger_take_neglected looks for, and none of what was disconnected. No function of ours is in
-- it, as whoever writes a row of another messenger may not execute them.
create index if not exists messenger_integrations_reconciled_at_idx
  on public.messenger_integrations (reconciled_at nulls first)
  where messenger_type = 'whatsapp' and provider = 'wpp'
    and is_active is not false and is_enabled is not false and session is not null
    and coalesce(nullif(settings ->> 'apiKey', ''), nullif(settings ->> 'wppApiKey', '')) is not null;
create index if not exists messenger_integrations_webhook_former_digest_idx
  on public.messenger_integrations (webhook_former_digest) where webhook_former_digest is not null;

create or replace function messenger_internal.set_updated_at()
returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function messenger_internal.set_updated_at() is
  'Trigger: keeps updated_at.';
revoke all on function messenger_internal.set_updated_at() from public;

create or replace trigger messenger_wpp_set_updated_at
  before update on public.messenger_integrations
  for each row when (new.messenger_type = 'whatsapp' and new.provider = 'wpp')
  execute function messenger_internal.set_updated_at();

create or replace function messenger_internal.stored_api_key(p_settings jsonb)
returns text language plpgsql immutable set search_path = '' as $$
begin
  return coalesce(nullif(p_settings ->> 'apiKey', ''), nullif(p_settings ->> 'wppApiKey', ''));
end
$$;
comment on function messenger_internal.stored_api_key(jsonb) is
  'The apiKey in a row''s settings, under either of its names; null where there is none.';
revoke all on function messenger_internal.stored_api_key(jsonb) from public;
grant execute on function messenger_internal.stored_api_key(jsonb) to service_role;

-- In plpgsql, also where a function is one expression: a SQL function with a search_path of its own
-- is planned at each call, which takes eight times as long.
create or replace function messenger_internal.connection_json(
  p_row public.messenger_integrations
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object(
    'id', p_row.id,
    'session', p_row.session,
    'status', p_row.status,
    'api_key', messenger_internal.stored_api_key(p_row.settings),
    'api_key_is_new', coalesce(p_row.api_key_issued_at > now() - interval '1 minute', false),
    'access_token', p_row.access_token,
    'access_token_expires_at', p_row.access_token_expires_at,
    'credentials_id', p_row.credentials_id,
    'start_is_due', coalesce(p_row.api_key_issued_at < now() - interval '10 seconds', false)
      and coalesce(p_row.start_requested_at < now() - interval '1 minute', true),
    'webhook_url', p_row.webhook_url,
    'webhook_is_due', coalesce(p_row.webhook_due_at <= now(), true)
  );
end
$$;
comment on function messenger_internal.connection_json(public.messenger_integrations) is
  'What the edge functions read of a connection.';
revoke all on function messenger_internal.connection_json(public.messenger_integrations) from public;
grant execute on function messenger_internal.connection_json(public.messenger_integrations)
  to service_role;

-- Typed as the table's column, which may be uuid or a number where the table was there before.
create or replace function messenger_internal.organization_key(p_organization text)
returns public.messenger_integrations.organization_id%type
language plpgsql immutable set search_path = '' as $$
declare
  v_key public.messenger_integrations.organization_id%type;
begin
  v_key := p_organization;
  return v_key;
exception when data_exception then
  return null;
end
$$;
comment on function messenger_internal.organization_key(text) is
  'An organization as messenger_integrations.organization_id types it; null where no row can have it.';
revoke all on function messenger_internal.organization_key(text) from public;
grant execute on function messenger_internal.organization_key(text) to service_role;

-- Rows of earlier versions may hold a UUID in capitals, which every caller now writes in lower case.
update public.messenger_integrations i
set organization_id = messenger_internal.organization_key(lower(i.organization_id::text))
where i.organization_id::text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  and i.organization_id::text <> lower(i.organization_id::text)
  and (select m.made_by_us from messenger_internal.made_tables m
    where m.name = 'messenger_integrations')
  and not exists (
    select from public.messenger_integrations o
    where o.organization_id::text = lower(i.organization_id::text));

create or replace function messenger_internal.is_in_use(p_row public.messenger_integrations)
returns boolean language plpgsql immutable set search_path = '' as $$
begin
  return p_row.messenger_type = 'whatsapp' and p_row.provider = 'wpp'
    and p_row.is_active is not false and p_row.is_enabled is not false;
end
$$;
comment on function messenger_internal.is_in_use(public.messenger_integrations) is
  'Whether a row is one of ours, and its operator has not switched it off.';
revoke all on function messenger_internal.is_in_use(public.messenger_integrations) from public;
grant execute on function messenger_internal.is_in_use(public.messenger_integrations) to service_role;

create or replace function messenger_internal.is_connection(p_row public.messenger_integrations)
returns boolean language plpgsql immutable set search_path = '' as $$
begin
  return p_row.session is not null
    and messenger_internal.stored_api_key(p_row.settings) is not null;
end
$$;
comment on function messenger_internal.is_connection(public.messenger_integrations) is
  'Whether a row can be used: it was created, and not disconnected since.';
revoke all on function messenger_internal.is_connection(public.messenger_integrations) from public;
grant execute on function messenger_internal.is_connection(public.messenger_integrations)
  to service_role;

-- The one place that says which connection an organization's call is about.
create or replace function messenger_internal.find_connection(
  p_organization text,
  p_session text
) returns public.messenger_integrations language plpgsql stable set search_path = '' as $$
declare
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(p_organization);
  v_row public.messenger_integrations;
begin
  select i.* into v_row
  from public.messenger_integrations i
  where i.organization_id = v_key
    -- What is_in_use and is_connection say, written out: each call of the functions comes here, and
    -- to hand a row to a function costs a seventh of it.
    and i.messenger_type = 'whatsapp' and i.provider = 'wpp'
    and i.is_active is not false and i.is_enabled is not false
    and (p_session is null or i.session = p_session)
    and i.session is not null and messenger_internal.stored_api_key(i.settings) is not null
  order by i.wpp_primary desc, i.created_at, i.id
  limit 1;
  return v_row;
end
$$;
comment on function messenger_internal.find_connection(text, text) is
  'An organization''s connection of that session, or its primary one; a row of nulls where there is none.';
revoke all on function messenger_internal.find_connection(text, text) from public;
grant execute on function messenger_internal.find_connection(text, text) to service_role;

create or replace function public.messenger_find_connection(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_session text
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_row public.messenger_integrations;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  v_row := messenger_internal.find_connection(v_organization, p_session);
  if v_row.id is null then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;
  return jsonb_build_object('outcome', 'found', 'organization', v_organization,
    'integration', messenger_internal.connection_json(v_row));
end
$$;
comment on function public.messenger_find_connection(text, text, text) is
  'The caller''s organization, and its connection of that session, or its primary one where the '
  'session is null. Outcomes: found (with integration), not_found, no_organization.';
revoke all on function public.messenger_find_connection(text, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_find_connection(text, text, text) to service_role;

create or replace function public.messenger_reencrypt_connection(
  p_id uuid,
  p_credentials_id uuid,
  p_api_key text,
  p_stored_access_token text,
  p_access_token text
) returns void language sql set search_path = '' as $$
  update public.messenger_integrations i set
    settings = (i.settings - 'wppApiKey') || jsonb_build_object('apiKey', p_api_key),
    access_token = case
      when i.access_token = p_stored_access_token then p_access_token
      else i.access_token
    end
  where i.id = p_id and i.credentials_id = p_credentials_id;
$$;
comment on function public.messenger_reencrypt_connection(uuid, uuid, text, text, text) is
  'Replaces a connection''s stored secrets by the same ones under another key, each unless it has changed meanwhile.';
revoke all on function public.messenger_reencrypt_connection(uuid, uuid, text, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_reencrypt_connection(uuid, uuid, text, text, text)
  to service_role;

-- Of the version of 2026-11-22.
drop function if exists public.messenger_reseal_integration(uuid, text, text, text, text);

-- Tells PostgREST of what is new, where nothing else does.
notify pgrst, 'reload schema';
