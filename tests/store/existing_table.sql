-- A table messenger_integrations as it stood in a project before the migrations. Other functions read
-- and write the rows of other providers as service_role; a page reads the table directly; the rows of
-- provider 'wpp' hold { wppApiKey, wppAccountNumber, wppJwtToken, wppJwtExpiresAt } in settings; chat
-- messages refer to its id.
create table organizations (id uuid primary key default gen_random_uuid(), name text);
create function get_user_organization_id() returns uuid language sql stable as $$
  select (current_setting('request.jwt.claims', true)::jsonb #>> '{app_metadata,organization_id}')::uuid $$;
create table messenger_integrations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  messenger_type text not null check (messenger_type in ('whatsapp', 'telegram', 'max')),
  provider text not null,
  name text not null,
  is_primary boolean default false,
  is_enabled boolean default true,
  webhook_key text unique not null,
  settings jsonb not null default '{}',
  priority integer default 100,
  phone_label text,
  last_error text,
  last_error_at timestamptz,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create unique index on messenger_integrations (organization_id, messenger_type) where is_primary;
create table chat_messages (id uuid primary key default gen_random_uuid(), integration_id uuid references messenger_integrations (id));
alter table messenger_integrations enable row level security;
create policy members_read on messenger_integrations for select using (organization_id = get_user_organization_id());
create policy everything on messenger_integrations for all using (true); -- meant for service_role, written for everybody
grant select, insert, update, delete on messenger_integrations, chat_messages to anon, authenticated, service_role;
