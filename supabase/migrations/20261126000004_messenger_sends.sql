-- The send ledger: one row for each send, written before WPP Platform is called, so that nothing is
-- sent twice and every outcome is kept.

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
  status text not null default 'sending'
    check (status in ('sending', 'accepted', 'failed', 'unknown')),
  task_id text,
  error_code text,
  retryable boolean not null default false,
  attempt integer not null default 1,
  attempt_started_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.messenger_messages is
  'Messages sent and their outcome. Holds numbers and texts: only the edge functions may read it.';
comment on column public.messenger_messages.id is
  'The messageId of the contract; the platform gets it as Idempotency-Key.';
comment on column public.messenger_messages.integration_id is
  'The connection that the message went out through.';
comment on column public.messenger_messages.organization_id is
  'The tenant that the message belongs to.';
comment on column public.messenger_messages.created_by is
  'The user who sent it.';
comment on column public.messenger_messages.session is
  'The platform''s name of the account that it went out through.';
comment on column public.messenger_messages.recipient is
  'A phone number in E.164 form.';
comment on column public.messenger_messages.text is
  'The text that was sent.';
comment on column public.messenger_messages.idempotency_key is
  'The caller''s key, unique in the organization; null where none was given.';
comment on column public.messenger_messages.request_fingerprint is
  'SHA-256 of the request, so that a key is not used for two requests.';
comment on column public.messenger_messages.status is
  'sending: the platform may be working on it. accepted: it has a task. failed: it did not take it. '
  'unknown: nobody can tell, so it is never sent again.';
comment on column public.messenger_messages.task_id is
  'The platform''s id of the accepted message.';
comment on column public.messenger_messages.error_code is
  'The code of the contract that the send ended with.';
comment on column public.messenger_messages.retryable is
  'Whether the same idempotency key may try again: the platform did not take the message, and the reason may pass.';
comment on column public.messenger_messages.attempt is
  'Counts the attempts of one idempotency key, so that a late close of one does not close the next.';
comment on column public.messenger_messages.attempt_started_at is
  'When the last attempt began.';
comment on column public.messenger_messages.created_at is
  'When the first attempt began.';
comment on column public.messenger_messages.updated_at is
  'When the row was last written.';

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
  for each row execute function messenger_internal.set_updated_at();

alter table public.messenger_messages enable row level security;
revoke all on table public.messenger_messages from public, anon, authenticated;
grant select, insert, update, delete on table public.messenger_messages to service_role;

create or replace function messenger_internal.send_json(p_row public.messenger_messages)
returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object(
    'id', p_row.id,
    'attempt', p_row.attempt,
    'session', p_row.session,
    'status', p_row.status,
    'task_id', p_row.task_id,
    'error_code', p_row.error_code
  );
end
$$;
comment on function messenger_internal.send_json(public.messenger_messages) is
  'What the edge functions read of a send.';
revoke all on function messenger_internal.send_json(public.messenger_messages) from public;
grant execute on function messenger_internal.send_json(public.messenger_messages) to service_role;

create or replace function public.messenger_begin_send(
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
  v_connection public.messenger_integrations;
  v_message public.messenger_messages;
begin
  v_connection := messenger_internal.find_connection(p_organization_id, p_session);
  if v_connection.id is null then
    return jsonb_build_object('outcome', 'not_found');
  end if;

  insert into public.messenger_messages
    (integration_id, organization_id, created_by, session, recipient, text, idempotency_key,
     request_fingerprint)
  values
    (v_connection.id, p_organization_id, p_created_by, v_connection.session, p_recipient, p_text,
     p_idempotency_key, p_request_fingerprint)
  on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing
  returning * into v_message;
  if found then
    return jsonb_build_object('outcome', 'begun', 'message', messenger_internal.send_json(v_message),
      'integration', messenger_internal.connection_json(v_connection));
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
      integration_id = v_connection.id, session = v_connection.session
    where m.id = v_message.id
    returning * into v_message;
    return jsonb_build_object('outcome', 'begun', 'message', messenger_internal.send_json(v_message),
      'integration', messenger_internal.connection_json(v_connection));
  end if;

  return jsonb_build_object('outcome', 'finished',
    'message', messenger_internal.send_json(v_message));
end
$$;
comment on function
  public.messenger_begin_send(text, uuid, text, text, text, text, text, integer) is
  'Finds the connection and begins a send''s row, in one round trip. Outcomes: begun (with message '
  'and integration: call the platform, then close the row), finished (with message: answer with its '
  'outcome), in_progress (this key''s request is still running), reused (the key belongs to another '
  'request), not_found (no connection).';
revoke all on function
  public.messenger_begin_send(text, uuid, text, text, text, text, text, integer)
  from public, anon, authenticated;
grant execute on function
  public.messenger_begin_send(text, uuid, text, text, text, text, text, integer) to service_role;

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
comment on function public.messenger_expire_messages(interval) is
  'For operators: marks sends that a dead isolate left sending as unknown. Returns how many.';
revoke all on function public.messenger_expire_messages(interval) from public, anon, authenticated;
grant execute on function public.messenger_expire_messages(interval) to service_role;

create or replace function public.messenger_delete_messages(p_older_than interval)
returns bigint language sql set search_path = '' as $$
  with deleted as (
    delete from public.messenger_messages
    where created_at < now() - p_older_than and status <> 'sending'
    returning 1
  )
  select count(*) from deleted;
$$;
comment on function public.messenger_delete_messages(interval) is
  'For operators: deletes old sends, and with them their idempotency keys. Returns how many.';
revoke all on function public.messenger_delete_messages(interval) from public, anon, authenticated;
grant execute on function public.messenger_delete_messages(interval) to service_role;

-- Of the version of 2026-11-22.
drop function if exists
  public.messenger_open_message(text, uuid, text, text, text, text, text, integer);
drop function if exists public.messenger_set_updated_at();

notify pgrst, 'reload schema';
