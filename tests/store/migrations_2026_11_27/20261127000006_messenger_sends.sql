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

alter table public.messenger_messages
  add column if not exists attempt_id uuid,
  add column if not exists request_id uuid,
  add column if not exists deleted_at timestamptz;

comment on table public.messenger_messages is
  'Messages sent and their outcome. Holds numbers and texts: only the edge functions may read it.';
comment on column public.messenger_messages.id is
  'The messageId of the contract; the platform gets it, with the attempt, as Idempotency-Key.';
comment on column public.messenger_messages.integration_id is
  'The connection that the message went out through.';
comment on column public.messenger_messages.organization_id is
  'The tenant that the message belongs to.';
comment on column public.messenger_messages.created_by is
  'The user who sent it; null: the project''s own server.';
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
comment on column public.messenger_messages.attempt_id is
  'The id that the function gave its last attempt: a repeated begin finds its own row by it.';
comment on column public.messenger_messages.request_id is
  'The x-request-id of the last attempt, by which its log line is found.';
comment on column public.messenger_messages.attempt_started_at is
  'When the last attempt began.';
comment on column public.messenger_messages.deleted_at is
  'When it was deleted for everyone; null: it was not.';
comment on column public.messenger_messages.created_at is
  'When the first attempt began.';
comment on column public.messenger_messages.updated_at is
  'When the row was last written.';

create unique index if not exists messenger_messages_idempotency_key
  on public.messenger_messages (organization_id, idempotency_key)
  where idempotency_key is not null;
create index if not exists messenger_messages_integration_idx
  on public.messenger_messages (integration_id);
create unique index if not exists messenger_messages_attempt_id_key
  on public.messenger_messages (attempt_id);
create index if not exists messenger_messages_attempt_started_at_idx
  on public.messenger_messages (attempt_started_at);
drop index if exists public.messenger_messages_created_at_idx;
create index if not exists messenger_messages_sending_idx
  on public.messenger_messages (attempt_started_at) where status = 'sending';

create or replace trigger messenger_messages_set_updated_at
  before update on public.messenger_messages
  for each row execute function messenger_internal.set_updated_at();

-- Keys of earlier versions may be those of a UUID in capitals: see messenger_integrations.
update public.messenger_messages m set organization_id = lower(m.organization_id)
where m.organization_id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  and m.organization_id <> lower(m.organization_id)
  and not exists (
    select from public.messenger_messages o
    where o.organization_id = lower(m.organization_id) and o.idempotency_key = m.idempotency_key);

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

create or replace function messenger_internal.begun(
  p_message public.messenger_messages,
  p_connection public.messenger_integrations,
  p_organization text
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('outcome', 'begun', 'organization', p_organization,
    'message', messenger_internal.send_json(p_message),
    'integration', messenger_internal.connection_json(p_connection));
end
$$;
comment on function messenger_internal.begun(
  public.messenger_messages, public.messenger_integrations, text) is
  'The answer of messenger_begin_send for a send that may go out.';
revoke all on function messenger_internal.begun(
  public.messenger_messages, public.messenger_integrations, text) from public;
grant execute on function messenger_internal.begun(
  public.messenger_messages, public.messenger_integrations, text) to service_role;

create or replace function public.messenger_begin_send(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_session text,
  p_recipient text,
  p_text text,
  p_idempotency_key text,
  p_request_fingerprint text,
  p_attempt_id uuid, -- of the function's own making
  p_request_id uuid,
  p_attempt_seconds integer -- longer than any request lives
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_connection public.messenger_integrations;
  v_message public.messenger_messages;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  v_connection := messenger_internal.find_connection(v_organization, p_session);
  if v_connection.id is null then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;

  -- The function asks again when it got no answer: its first asking may still run, and is waited for.
  perform pg_advisory_xact_lock(hashtextextended('messenger_attempt:' || p_attempt_id, 0));

  -- Again where retention deletes, between two statements, the row that stood in the way.
  loop
    insert into public.messenger_messages
      (integration_id, organization_id, created_by, session, recipient, text, idempotency_key,
       request_fingerprint, attempt_id, request_id)
    values
      (v_connection.id, v_organization, messenger_internal.user_of(p_claims), v_connection.session,
       p_recipient, p_text, p_idempotency_key, p_request_fingerprint, p_attempt_id, p_request_id)
    on conflict do nothing
    returning * into v_message;
    if found then
      return messenger_internal.begun(v_message, v_connection, v_organization);
    end if;

    select m.* into v_message
    from public.messenger_messages m
    where m.attempt_id = p_attempt_id and m.organization_id = v_organization
    for update;
    exit when found;

    select m.* into v_message
    from public.messenger_messages m
    where m.organization_id = v_organization and m.idempotency_key = p_idempotency_key
    for update;
    exit when found;
  end loop;

  if v_message.attempt_id = p_attempt_id and v_message.status = 'sending' then
    return messenger_internal.begun(v_message, v_connection, v_organization);
  end if;

  if v_message.request_fingerprint <> p_request_fingerprint then
    return jsonb_build_object('outcome', 'reused', 'organization', v_organization);
  end if;

  if v_message.status = 'sending' then
    if v_message.attempt_started_at > now() - make_interval(secs => p_attempt_seconds) then
      return jsonb_build_object('outcome', 'in_progress', 'organization', v_organization);
    end if;
    update public.messenger_messages m
    set status = 'unknown', error_code = 'delivery_unknown', retryable = false
    where m.id = v_message.id
    returning * into v_message;
  end if;

  if v_message.status = 'failed' and v_message.retryable then
    update public.messenger_messages m
    set status = 'sending', error_code = null, retryable = false, attempt = attempt + 1,
      attempt_started_at = now(), attempt_id = p_attempt_id, request_id = p_request_id,
      integration_id = v_connection.id, session = v_connection.session
    where m.id = v_message.id
    returning * into v_message;
    return messenger_internal.begun(v_message, v_connection, v_organization);
  end if;

  return jsonb_build_object('outcome', 'finished', 'organization', v_organization,
    'message', messenger_internal.send_json(v_message));
end
$$;
comment on function public.messenger_begin_send(
  text, text, text, text, text, text, text, uuid, uuid, integer) is
  'Finds the connection and begins a send''s row, in one round trip. Outcomes: begun (with message '
  'and integration: call the platform, then close the row), finished (with message: answer with its '
  'outcome), in_progress (this key''s request is still running), reused (the key belongs to another '
  'request), not_found (no connection), no_organization.';
revoke all on function public.messenger_begin_send(
  text, text, text, text, text, text, text, uuid, uuid, integer)
  from public, anon, authenticated;
grant execute on function public.messenger_begin_send(
  text, text, text, text, text, text, text, uuid, uuid, integer) to service_role;

create or replace function public.messenger_abandon_attempt(p_attempt_id uuid)
returns void language sql set search_path = '' as $$
  select pg_advisory_xact_lock(hashtextextended('messenger_attempt:' || p_attempt_id, 0));
  update public.messenger_messages m
  set status = 'failed', error_code = 'database_unavailable', retryable = true
  where m.attempt_id = p_attempt_id and m.status = 'sending';
$$;
comment on function public.messenger_abandon_attempt(uuid) is
  'Closes an attempt whose begin got no answer, so that nothing was sent: its key may try again.';
revoke all on function public.messenger_abandon_attempt(uuid) from public, anon, authenticated;
grant execute on function public.messenger_abandon_attempt(uuid) to service_role;

create or replace function public.messenger_find_message(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_message_id uuid
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_message public.messenger_messages;
  v_connection public.messenger_integrations;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  select m.* into v_message from public.messenger_messages m
  where m.id = p_message_id and m.organization_id = v_organization;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;
  if v_message.deleted_at is not null then
    return jsonb_build_object('outcome', 'deleted', 'organization', v_organization,
      'deleted_at', v_message.deleted_at);
  end if;
  if v_message.task_id is null then
    return jsonb_build_object('outcome', 'not_addressable', 'organization', v_organization);
  end if;
  select i.* into v_connection from public.messenger_integrations i
  where i.id = v_message.integration_id
    and messenger_internal.is_in_use(i) and messenger_internal.is_connection(i);
  if not found then
    return jsonb_build_object('outcome', 'no_connection', 'organization', v_organization);
  end if;
  -- The ids of an earlier account mean nothing, or something else, to the present one.
  if v_connection.session <> v_message.session then
    return jsonb_build_object('outcome', 'not_addressable', 'organization', v_organization);
  end if;
  return jsonb_build_object('outcome', 'found', 'organization', v_organization,
    'task_id', v_message.task_id,
    'integration', messenger_internal.connection_json(v_connection));
end
$$;
comment on function public.messenger_find_message(text, text, uuid) is
  'A message that the caller''s organization sent. Outcomes: found (with task_id and the integration '
  'that it went out through), deleted (with deleted_at), not_found, not_addressable (the platform '
  'gave it no id, or gave it to an account that is no more), no_connection (disconnected since), '
  'no_organization.';
revoke all on function public.messenger_find_message(text, text, uuid)
  from public, anon, authenticated;
grant execute on function public.messenger_find_message(text, text, uuid) to service_role;

create or replace function public.messenger_mark_deleted(p_message_id uuid)
returns timestamptz language plpgsql set search_path = '' as $$
declare
  v_deleted_at timestamptz;
begin
  update public.messenger_messages m set deleted_at = coalesce(m.deleted_at, now())
  where m.id = p_message_id
  returning m.deleted_at into v_deleted_at;
  return coalesce(v_deleted_at, now()); -- retention may have removed the row meanwhile
end
$$;
comment on function public.messenger_mark_deleted(uuid) is
  'Notes that a message was deleted for everyone. Returns when; the first time counts.';
revoke all on function public.messenger_mark_deleted(uuid) from public, anon, authenticated;
grant execute on function public.messenger_mark_deleted(uuid) to service_role;

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
    where attempt_started_at < now() - greatest(p_older_than, interval '1 day')
      and status <> 'sending'
    returning 1
  )
  select count(*) from deleted;
$$;
comment on function public.messenger_delete_messages(interval) is
  'For operators: deletes sends whose last attempt is that old (a day at least), and with them their '
  'idempotency keys. Returns how many.';
revoke all on function public.messenger_delete_messages(interval) from public, anon, authenticated;
grant execute on function public.messenger_delete_messages(interval) to service_role;

-- Of the version of 2026-11-22.
do $$
begin
  if to_regprocedure(
    'public.messenger_open_message(text, uuid, text, text, text, text, text, integer)') is not null
  then
    drop function public.messenger_open_message(text, uuid, text, text, text, text, text, integer);
    drop function if exists public.messenger_set_updated_at();
  end if;
exception when dependent_objects_still_exist then
  null; -- a trigger of another table uses it
end
$$;

notify pgrst, 'reload schema';
