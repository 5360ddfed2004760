-- The send ledger: one row for each send, written before WPP Platform is called.

create table if not exists public.messenger_messages (
  id uuid primary key default gen_random_uuid(),
  integration_id uuid not null references public.messenger_integrations (id) on delete cascade,
  organization_id text not null,
  created_by uuid,
  session text not null,
  recipient text not null,
  text text not null,
  idempotency_key text,
  request_fingerprint text not null,
  -- sending: the platform may be working on it; accepted: it has a task; failed: it did not take
  -- it; unknown: nobody can tell, so it is never sent again.
  status text not null default 'sending'
    check (status in ('sending', 'accepted', 'failed', 'unknown')),
  task_id text,
  error_code text,
  -- Whether the same idempotency key may try again: the platform provably did not take the message
  -- and its reason may pass.
  retryable boolean not null default false,
  -- Counts the tries of one idempotency key, so that a late close of one cannot close the next.
  attempt integer not null default 1,
  attempt_started_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.messenger_messages is
  'Messages sent and their outcome. Holds numbers and texts: only the edge functions may read it.';

create unique index if not exists messenger_messages_idempotency_key
  on public.messenger_messages (organization_id, idempotency_key)
  where idempotency_key is not null;
create index if not exists messenger_messages_integration_idx
  on public.messenger_messages (integration_id);
create index if not exists messenger_messages_created_at_idx
  on public.messenger_messages (created_at);
create index if not exists messenger_messages_sending_idx
  on public.messenger_messages (attempt_started_at) where status = 'sending';

create or replace trigger messenger_messages_set_updated_at
  before update on public.messenger_messages
  for each row execute function public.messenger_set_updated_at();

alter table public.messenger_messages enable row level security;
revoke all on table public.messenger_messages from public, anon, authenticated;
grant select, insert, update, delete on table public.messenger_messages to service_role;

-- Looks the connection up and opens the ledger row, in one round trip. Outcomes:
--   not_found    no connection (of that session) in the organization
--   opened       the row is 'sending': call the platform, then close the row
--   finished     this key was used for this request: answer with the stored outcome
--   in_progress  this key's request is still running
--   reused       this key was used for another request
create or replace function public.messenger_open_message(
  p_organization_id text,
  p_created_by uuid,
  p_session text,
  p_recipient text,
  p_text text,
  p_idempotency_key text,
  p_request_fingerprint text,
  p_attempt_seconds integer -- longer than any request lives
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization_id public.messenger_integrations.organization_id%type := p_organization_id;
  v_integration public.messenger_integrations;
  v_message public.messenger_messages;
begin
  select i.* into v_integration
  from public.messenger_integrations i
  where i.organization_id = v_organization_id
    and i.messenger_type = 'whatsapp' and i.provider = 'wpp' and i.is_active is not false
    and i.session is not null and (p_session is null or i.session = p_session)
  order by i.is_primary desc nulls last, i.created_at, i.id
  limit 1;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;

  insert into public.messenger_messages
    (integration_id, organization_id, created_by, session, recipient, text, idempotency_key,
     request_fingerprint)
  values
    (v_integration.id, p_organization_id, p_created_by, v_integration.session, p_recipient, p_text,
     p_idempotency_key, p_request_fingerprint)
  on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing
  returning * into v_message;
  if found then
    return jsonb_build_object('outcome', 'opened', 'message', to_jsonb(v_message),
      'integration', to_jsonb(v_integration));
  end if;

  select m.* into strict v_message
  from public.messenger_messages m
  where m.organization_id = p_organization_id and m.idempotency_key = p_idempotency_key
  for update;

  if v_message.request_fingerprint <> p_request_fingerprint then
    return jsonb_build_object('outcome', 'reused');
  end if;

  if v_message.status = 'sending' then
    if v_message.attempt_started_at > now() - make_interval(secs => p_attempt_seconds) then
      return jsonb_build_object('outcome', 'in_progress');
    end if;
    update public.messenger_messages m
    set status = 'unknown', error_code = 'delivery_unknown', retryable = false
    where m.id = v_message.id
    returning * into v_message;
  end if;

  if v_message.status = 'failed' and v_message.retryable then
    update public.messenger_messages m
    set status = 'sending', error_code = null, retryable = false, attempt = attempt + 1,
      attempt_started_at = now(),
      integration_id = v_integration.id, session = v_integration.session
    where m.id = v_message.id
    returning * into v_message;
    return jsonb_build_object('outcome', 'opened', 'message', to_jsonb(v_message),
      'integration', to_jsonb(v_integration));
  end if;

  return jsonb_build_object('outcome', 'finished', 'message', to_jsonb(v_message));
end
$$;

-- For operators: marks rows that a dead isolate left 'sending'. Returns how many.
create or replace function public.messenger_expire_messages(
  p_older_than interval default interval '5 minutes'
) returns bigint language sql set search_path = '' as $$
  with expired as (
    update public.messenger_messages
    set status = 'unknown', error_code = 'delivery_unknown', retryable = false
    where status = 'sending'
      and attempt_started_at < now() - greatest(p_older_than, interval '1 minute')
    returning 1
  )
  select count(*) from expired;
$$;

-- For operators: deletes old rows, and with them their idempotency keys. Returns how many.
create or replace function public.messenger_delete_messages(p_older_than interval)
returns bigint language sql set search_path = '' as $$
  with deleted as (
    delete from public.messenger_messages
    where created_at < now() - p_older_than and status <> 'sending'
    returning 1
  )
  select count(*) from deleted;
$$;

revoke all on function public.messenger_open_message(text, uuid, text, text, text, text, text, integer)
  from public, anon, authenticated;
grant execute on function public.messenger_open_message(text, uuid, text, text, text, text, text, integer)
  to service_role;
revoke all on function public.messenger_expire_messages(interval) from public, anon, authenticated;
grant execute on function public.messenger_expire_messages(interval) to service_role;
revoke all on function public.messenger_delete_messages(interval) from public, anon, authenticated;
grant execute on function public.messenger_delete_messages(interval) to service_role;

-- Lets the API know of all this where nothing else tells it.
notify pgrst, 'reload schema';
