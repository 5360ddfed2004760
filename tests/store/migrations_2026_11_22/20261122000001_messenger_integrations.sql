-- One row for each WhatsApp connection of an organization. Additive: every statement also runs on
-- a database that already has a table of this name, and runs again without harm.

create table if not exists public.messenger_integrations (
  id uuid primary key default gen_random_uuid(),
  organization_id text not null
);

alter table public.messenger_integrations
  add column if not exists created_by uuid,
  add column if not exists messenger_type text not null default 'whatsapp',
  add column if not exists provider text not null default 'wpp',
  add column if not exists name text,
  add column if not exists status text not null default 'unknown',
  add column if not exists is_primary boolean not null default false,
  add column if not exists is_active boolean not null default true,
  -- { apiKey, session }. Rows of earlier versions have { wppApiKey, wppAccountNumber }.
  add column if not exists settings jsonb not null default '{}'::jsonb,
  -- The platform token that the apiKey was exchanged for, in columns of its own so that caching
  -- one never races with a write of settings.
  add column if not exists access_token text,
  add column if not exists access_token_expires_at timestamptz,
  -- When the platform handed out the present apiKey.
  add column if not exists api_key_issued_at timestamptz,
  -- The creation that runs, and its lease; once it has finished, an id of the credentials it made.
  add column if not exists claim_id uuid,
  add column if not exists claimed_until timestamptz,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now();

-- A webhook key, which earlier versions demanded, has no use here.
do $$
begin
  if exists (
    select from information_schema.columns
    where table_schema = 'public' and table_name = 'messenger_integrations'
      and column_name = 'webhook_key' and is_nullable = 'NO' and column_default is null
  ) then
    alter table public.messenger_integrations alter column webhook_key drop not null;
  end if;
end
$$;

alter table public.messenger_integrations
  add column if not exists session text generated always as
    (coalesce(nullif(settings ->> 'session', ''), nullif(settings ->> 'wppAccountNumber', ''))) stored;

comment on table public.messenger_integrations is
  'WhatsApp connections. Holds secrets: only the edge functions (service_role) may read it.';

create index if not exists messenger_integrations_organization_idx
  on public.messenger_integrations (organization_id, is_primary desc nulls last, created_at, id);
create index if not exists messenger_integrations_session_idx
  on public.messenger_integrations (organization_id, session);
-- One connection created by wpp-create for each organization, whatever races.
create unique index if not exists messenger_integrations_claim_key
  on public.messenger_integrations (organization_id) where claim_id is not null and is_active;

create or replace function public.messenger_set_updated_at()
returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create or replace trigger messenger_integrations_set_updated_at
  before update on public.messenger_integrations
  for each row execute function public.messenger_set_updated_at();

-- No policy and no grant: client roles see nothing.
alter table public.messenger_integrations enable row level security;
revoke all on table public.messenger_integrations from public, anon, authenticated;
grant select, insert, update, delete on table public.messenger_integrations to service_role;
revoke all on function public.messenger_set_updated_at() from public, anon, authenticated;
