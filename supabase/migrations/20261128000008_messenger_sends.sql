-- Sending. A message is begun in the store before WPP Platform is called, and closed with the outcome,
-- so that nothing is sent twice and every outcome is kept.

-- Of the versions before the store. Until the new functions are deployed, sends are refused with
-- `misconfigured`: a send of theirs could not be closed.
do $$
begin
  if to_regprocedure(
    'public.messenger_open_message(text, uuid, text, text, text, text, text, integer)') is not null
  then
    drop function public.messenger_open_message(text, uuid, text, text, text, text, text, integer);
    begin
      drop function if exists public.messenger_set_updated_at();
    exception when dependent_objects_still_exist then
      null; -- a trigger of another table uses it
    end;
  end if;
end
$$;
drop function if exists public.messenger_begin_send(
  text, text, text, text, text, text, text, uuid, uuid, integer);
-- Of the versions before media.
drop function if exists public.messenger_begin_send(
  text, text, text, uuid, text, text, text, text, uuid, uuid, integer);
drop function if exists public.messenger_close_send(uuid, integer, text, text, text, boolean);

create or replace function messenger_internal.send_json(
  p_message public.messenger_messages,
  p_send public.messenger_sends
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object(
    'id', p_message.id,
    'attempt', p_send.attempt,
    'session', p_message.session,
    'chat_id', p_message.chat_id,
    'recipient', p_message.recipient,
    'status', p_message.status,
    'task_id', p_message.task_id,
    'error_code', p_message.error_code
  );
end
$$;
comment on function messenger_internal.send_json(
  public.messenger_messages, public.messenger_sends) is
  'What the edge functions read of a send.';
revoke all on function messenger_internal.send_json(
  public.messenger_messages, public.messenger_sends) from public;
grant execute on function messenger_internal.send_json(
  public.messenger_messages, public.messenger_sends) to service_role;

create or replace function messenger_internal.begun(
  p_message public.messenger_messages,
  p_send public.messenger_sends,
  p_chat public.messenger_chats,
  p_connection public.messenger_integrations
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('outcome', 'begun', 'organization', p_message.organization_id,
    'message', messenger_internal.send_json(p_message, p_send),
    -- Replies go to the address last heard from: WhatsApp's spelling of a number may be another.
    'address', case when p_chat.address like '%@c.us'
      then '+' || split_part(p_chat.address, '@', 1) else p_chat.phone end,
    'media', case when p_message.media ->> 'path' is not null
      then messenger_internal.find_object(
        p_message.organization_id, p_message.media ->> 'path') end,
    'integration', messenger_internal.connection_json(p_connection));
end
$$;
comment on function messenger_internal.begun(
  public.messenger_messages, public.messenger_sends, public.messenger_chats,
  public.messenger_integrations) is
  'The answer of messenger_begin_send for a send that may go out.';
revoke all on function messenger_internal.begun(
  public.messenger_messages, public.messenger_sends, public.messenger_chats,
  public.messenger_integrations) from public;
grant execute on function messenger_internal.begun(
  public.messenger_messages, public.messenger_sends, public.messenger_chats,
  public.messenger_integrations) to service_role;

create or replace function messenger_internal.is_finished(
  p_message public.messenger_messages,
  p_send public.messenger_sends
) returns boolean language plpgsql immutable set search_path = '' as $$
begin
  return p_message.status in ('accepted', 'unknown')
    or p_message.status = 'failed' and not p_send.retryable;
end
$$;
comment on function messenger_internal.is_finished(
  public.messenger_messages, public.messenger_sends) is
  'Whether a send has an outcome that nothing tries to better.';
revoke all on function messenger_internal.is_finished(
  public.messenger_messages, public.messenger_sends) from public;
grant execute on function messenger_internal.is_finished(
  public.messenger_messages, public.messenger_sends) to service_role;

create or replace function public.messenger_begin_send(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_session text,
  p_chat_id uuid, -- where to; else p_recipient says it
  p_recipient text,
  p_text text,
  p_idempotency_key text,
  p_request_fingerprint text,
  p_attempt_id uuid, -- of the function's own making
  p_request_id uuid,
  p_attempt_seconds integer, -- longer than any request lives
  p_media text default null -- as JSON: { path } or { url, kind }, with filename and mimetype if known
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_connection public.messenger_integrations;
  v_chat public.messenger_chats;
  v_message public.messenger_messages;
  v_send public.messenger_sends;
  v_former_chat_id uuid;
  v_change bigint;
  v_media jsonb := p_media::jsonb;
  v_object jsonb;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;

  -- A key that has its outcome gets it, and waits for nobody.
  if p_idempotency_key is not null then
    select s.* into v_send from public.messenger_sends s
    where s.organization_id = v_organization and s.idempotency_key = p_idempotency_key;
    if found then
      select m.* into v_message from public.messenger_messages m where m.id = v_send.message_id;
      if v_message.chat_id is not null and v_send.request_fingerprint = p_request_fingerprint
        and messenger_internal.is_finished(v_message, v_send)
      then
        return jsonb_build_object('outcome', 'finished', 'organization', v_organization,
          'message', messenger_internal.send_json(v_message, v_send));
      end if;
    end if;
  end if;

  -- The function asks again when it got no answer: its first asking may still run, and is waited for.
  perform pg_advisory_xact_lock(hashtextextended('messenger_attempt:' || p_attempt_id, 0));
  v_change := messenger_internal.lock_changes(v_organization);

  select s.* into v_send from public.messenger_sends s
  where s.attempt_id = p_attempt_id and s.organization_id = v_organization
  for update; -- retention, which may be deleting it, takes no other lock
  if not found and p_idempotency_key is not null then
    select s.* into v_send from public.messenger_sends s
    where s.organization_id = v_organization and s.idempotency_key = p_idempotency_key
    for update;
  end if;
  v_message := null;
  if v_send.message_id is not null then
    select m.* into v_message from public.messenger_messages m where m.id = v_send.message_id;
    if v_message.chat_id is null then
      v_change := messenger_internal.fill_in(v_message, v_change);
      perform messenger_internal.save_changes(v_organization, v_change);
      select m.* into v_message from public.messenger_messages m where m.id = v_send.message_id;
    end if;
    if v_send.attempt_id = p_attempt_id and v_message.status = 'sending' then
      select c.* into v_chat from public.messenger_chats c where c.id = v_message.chat_id;
      select i.* into v_connection from public.messenger_integrations i
      where i.id = v_message.integration_id;
      return messenger_internal.begun(v_message, v_send, v_chat, v_connection);
    end if;
    if v_send.request_fingerprint <> p_request_fingerprint then
      return jsonb_build_object('outcome', 'reused', 'organization', v_organization);
    end if;
    if v_message.status = 'sending' then
      if v_send.attempt_started_at > now() - make_interval(secs => p_attempt_seconds) then
        return jsonb_build_object('outcome', 'in_progress', 'organization', v_organization);
      end if;
      v_change := v_change + 1;
      update public.messenger_messages m
      set status = 'unknown', error_code = 'delivery_unknown', change = v_change
      where m.id = v_message.id
      returning * into v_message;
      perform messenger_internal.save_changes(v_organization, v_change);
    end if;
    if messenger_internal.is_finished(v_message, v_send) then
      return jsonb_build_object('outcome', 'finished', 'organization', v_organization,
        'message', messenger_internal.send_json(v_message, v_send));
    end if;
  end if;

  if v_media ->> 'path' is not null then
    v_object := messenger_internal.find_object(v_organization, v_media ->> 'path');
    if v_object is null then
      return jsonb_build_object('outcome', 'media_not_found', 'organization', v_organization);
    end if;
    v_media := jsonb_build_object('kind', messenger_internal.media_kind(v_object ->> 'mimetype'))
      || v_media || jsonb_strip_nulls(v_object);
  end if;
  if v_media is not null then
    v_media := v_media || '{"state": "stored"}';
  end if;

  if p_chat_id is null then
    v_connection := messenger_internal.find_connection(v_organization, p_session);
    if v_connection.id is null then
      return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
    end if;
    v_change := v_change + 1;
    v_chat := messenger_internal.obtain_chat(v_connection, v_organization,
      substr(p_recipient, 2) || '@c.us', p_recipient, 'person', v_change);
  else
    select c.* into v_chat from public.messenger_chats c
    where c.id = p_chat_id and c.organization_id = v_organization;
    select i.* into v_connection from public.messenger_integrations i
    where i.id = v_chat.integration_id;
    if v_chat.id is null or v_connection.session <> p_session then
      return jsonb_build_object('outcome', 'chat_not_found', 'organization', v_organization);
    end if;
    if not messenger_internal.is_in_use(v_connection)
      or not messenger_internal.is_connection(v_connection)
    then
      return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
    end if;
    if v_chat.phone is null or v_chat.kind <> 'person' then
      return jsonb_build_object('outcome', 'not_addressable', 'organization', v_organization);
    end if;
    v_change := v_change + 1;
  end if;

  if v_message.id is null then
    insert into public.messenger_messages
      (integration_id, organization_id, chat_id, direction, source, kind, text, author, session,
       recipient, status, arrived, media, change)
    values
      (v_connection.id, v_organization, v_chat.id, 'out', 'api',
       coalesce(v_media ->> 'kind', 'text'), p_text, p_claims::jsonb ->> 'sub',
       v_connection.session, v_chat.phone, 'sending', v_change + 1, v_media - 'kind',
       v_change + 1)
    returning * into v_message;
    insert into public.messenger_sends
      (message_id, organization_id, idempotency_key, request_fingerprint, attempt_id, request_id)
    values
      (v_message.id, v_organization, p_idempotency_key, p_request_fingerprint, p_attempt_id,
       p_request_id)
    returning * into v_send;
  else
    v_former_chat_id := nullif(v_message.chat_id, v_chat.id);
    update public.messenger_messages m
    set status = 'sending', error_code = null, integration_id = v_connection.id,
      session = v_connection.session, chat_id = v_chat.id, sent_at = now(), change = v_change + 1
    where m.id = v_message.id
    returning * into v_message;
    update public.messenger_sends s
    set retryable = false, attempt = attempt + 1, attempt_started_at = now(),
      attempt_id = p_attempt_id, request_id = p_request_id
    where s.message_id = v_message.id
    returning * into v_send;
  end if;
  perform messenger_internal.put_in_chat(v_chat, v_message, false, v_change);
  v_change := v_change + 1;
  if v_former_chat_id is not null then
    v_change := v_change + 1;
    perform messenger_internal.refresh_chat(v_former_chat_id, v_change);
  end if;
  perform messenger_internal.save_changes(v_organization, v_change);
  return messenger_internal.begun(v_message, v_send, v_chat, v_connection);
end
$$;
comment on function public.messenger_begin_send(
  text, text, text, uuid, text, text, text, text, uuid, uuid, integer, text) is
  'Finds the connection and the chat, and begins a send in it, in one round trip. Outcomes: begun '
  '(with message, address, integration, and media { path, size, mimetype } where an object is sent: '
  'call the platform, then close it), finished (with message: '
  'answer with its outcome), in_progress (this key''s request is still running), reused (the key '
  'belongs to another request), not_found (no connection), chat_not_found, not_addressable (the chat '
  'has no phone number), media_not_found (no such object in the organization''s folder), '
  'no_organization.';
revoke all on function public.messenger_begin_send(
  text, text, text, uuid, text, text, text, text, uuid, uuid, integer, text)
  from public, anon, authenticated;
grant execute on function public.messenger_begin_send(
  text, text, text, uuid, text, text, text, text, uuid, uuid, integer, text) to service_role;

create or replace function public.messenger_close_send(
  p_message_id uuid,
  p_attempt integer,
  p_status text,
  p_task_id text,
  p_error_code text,
  p_retryable boolean,
  p_media text default null -- as JSON: { kind, mimetype, size } as its bytes tell
) returns void language plpgsql set search_path = '' as $$
declare
  v_send public.messenger_sends;
  v_before public.messenger_messages;
  v_message public.messenger_messages;
  v_change bigint;
begin
  select s.* into v_send from public.messenger_sends s where s.message_id = p_message_id;
  if not found then
    return; -- erased meanwhile
  end if;
  v_change := messenger_internal.lock_changes(v_send.organization_id);
  update public.messenger_sends s set retryable = p_retryable
  where s.message_id = p_message_id and s.attempt = p_attempt;
  if not found then
    return; -- a later attempt has the row
  end if;
  select m.* into v_before from public.messenger_messages m where m.id = p_message_id;
  v_message := v_before;
  v_message.status := p_status;
  v_message.task_id := coalesce(p_task_id, v_message.task_id); -- an event may have told it
  v_message.error_code := p_error_code;
  if p_media is not null then
    v_message.kind := coalesce(p_media::jsonb ->> 'kind', v_message.kind);
    v_message.media := coalesce(v_message.media, '{}') || (p_media::jsonb - 'kind');
  end if;
  if p_status = 'accepted' then
    v_message.delivery := messenger_internal.highest_delivery(v_message.delivery, 'queued');
  end if;
  v_message := messenger_internal.apply_waiting(v_message);
  if v_message is distinct from v_before then
    v_change := messenger_internal.write_message(v_message, v_change);
    perform messenger_internal.save_changes(v_send.organization_id, v_change);
  end if;
end
$$;
comment on function public.messenger_close_send(uuid, integer, text, text, text, boolean, text) is
  'Closes an attempt with its outcome, unless a later one has begun. May be repeated.';
revoke all on function public.messenger_close_send(uuid, integer, text, text, text, boolean, text)
  from public, anon, authenticated;
grant execute on function public.messenger_close_send(uuid, integer, text, text, text, boolean, text)
  to service_role;

create or replace function public.messenger_abandon_attempt(p_attempt_id uuid)
returns void language plpgsql set search_path = '' as $$
declare
  v_send public.messenger_sends;
begin
  perform pg_advisory_xact_lock(hashtextextended('messenger_attempt:' || p_attempt_id, 0));
  select s.* into v_send from public.messenger_sends s
  join public.messenger_messages m on m.id = s.message_id
  where s.attempt_id = p_attempt_id and m.status = 'sending';
  if found then
    perform public.messenger_close_send(
      v_send.message_id, v_send.attempt, 'failed', null, 'database_unavailable', true);
  end if;
end
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
  v_phone text;
  v_answer jsonb;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  select m.* into v_message from public.messenger_messages m
  where m.id = p_message_id and m.organization_id = v_organization;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;
  select i.* into v_connection from public.messenger_integrations i
  where i.id = v_message.integration_id
    and messenger_internal.is_in_use(i) and messenger_internal.is_connection(i);
  select c.phone into v_phone from public.messenger_chats c
  where c.id = v_message.chat_id and c.kind = 'person';
  v_answer := jsonb_build_object('outcome', 'found', 'organization', v_organization,
    'direction', v_message.direction,
    'deleted_at', v_message.deleted_at,
    'phone', coalesce(v_phone, v_message.recipient),
    'integration', case when v_connection.id is not null
      then messenger_internal.connection_json(v_connection) end);
  -- The ids of an earlier account mean nothing, or something else, to the present one.
  if v_connection.session is distinct from v_message.session and v_connection.id is not null then
    return v_answer;
  end if;
  return v_answer || jsonb_build_object(
    'task_id', v_message.task_id, 'wa_message_id', v_message.wa_message_id);
end
$$;
comment on function public.messenger_find_message(text, text, uuid) is
  'A message of the caller''s organization. Outcomes: found (with direction, deleted_at, the phone '
  'number of its chat, the ids that its platform account knows it by, and the integration, null once '
  'that was disconnected), not_found, no_organization.';
revoke all on function public.messenger_find_message(text, text, uuid)
  from public, anon, authenticated;
grant execute on function public.messenger_find_message(text, text, uuid) to service_role;

create or replace function public.messenger_mark_deleted(p_message_id uuid)
returns timestamptz language plpgsql set search_path = '' as $$
declare
  v_organization text;
  v_change bigint;
  v_message public.messenger_messages;
begin
  select m.organization_id into v_organization
  from public.messenger_messages m where m.id = p_message_id;
  if not found then
    return now(); -- erased meanwhile
  end if;
  v_change := messenger_internal.lock_changes(v_organization);
  select m.* into v_message from public.messenger_messages m where m.id = p_message_id;
  if v_message.id is not null and v_message.deleted_at is null then
    v_message.deleted_at := now();
    v_change := messenger_internal.write_message(v_message, v_change);
    perform messenger_internal.save_changes(v_organization, v_change);
  end if;
  return coalesce(v_message.deleted_at, now());
end
$$;
comment on function public.messenger_mark_deleted(uuid) is
  'Notes that a message was deleted for everyone. Returns when; the first time counts.';
revoke all on function public.messenger_mark_deleted(uuid) from public, anon, authenticated;
grant execute on function public.messenger_mark_deleted(uuid) to service_role;

create or replace function public.messenger_mark_reaction(p_message_id uuid, p_emoji text)
returns void language plpgsql set search_path = '' as $$
declare
  v_organization text;
  v_change bigint;
  v_before public.messenger_messages;
  v_message public.messenger_messages;
begin
  select m.organization_id into v_organization
  from public.messenger_messages m where m.id = p_message_id;
  if not found then
    return; -- erased meanwhile
  end if;
  v_change := messenger_internal.lock_changes(v_organization);
  select m.* into v_before from public.messenger_messages m where m.id = p_message_id;
  v_message := v_before;
  v_message.reactions := messenger_internal.react(v_before.reactions, 'me', p_emoji);
  if v_message is distinct from v_before then
    v_change := messenger_internal.write_message(v_message, v_change);
    perform messenger_internal.save_changes(v_organization, v_change);
  end if;
end
$$;
comment on function public.messenger_mark_reaction(uuid, text) is
  'Notes how the connected number reacts to a message; an empty emoji: no longer.';
revoke all on function public.messenger_mark_reaction(uuid, text) from public, anon, authenticated;
grant execute on function public.messenger_mark_reaction(uuid, text) to service_role;

notify pgrst, 'reload schema';
