-- What WPP Platform tells by calling the webhook: each event in one transaction, by messenger_receive.
-- The fields of an event are those of supabase/functions/_shared/wpp/platform/event.ts.

-- Webhooks: the URL that the platform calls has a token of its own for each connection. ---------------

create or replace function messenger_internal.find_by_webhook(p_digest text)
returns public.messenger_integrations language plpgsql stable set search_path = '' as $$
declare
  v_row public.messenger_integrations;
begin
  select i.* into v_row from public.messenger_integrations i where i.webhook_digest = p_digest;
  if not found then
    select i.* into v_row from public.messenger_integrations i
    where i.webhook_former_digest = p_digest and i.webhook_former_until > now();
  end if;
  if messenger_internal.is_in_use(v_row) and messenger_internal.is_connection(v_row) then
    return v_row;
  end if;
  return null;
end
$$;
comment on function messenger_internal.find_by_webhook(text) is
  'The connection whose webhook has the token of that SHA-256; null where there is none.';
revoke all on function messenger_internal.find_by_webhook(text) from public;
grant execute on function messenger_internal.find_by_webhook(text) to service_role;

do $$
begin
  if exists (
    select from pg_proc p where p.oid = to_regprocedure('public.messenger_knows_webhook(text)')
      and p.prorettype = 'boolean'::regtype)
  then
    drop function public.messenger_knows_webhook(text); -- of the versions before media
  end if;
end
$$;
create or replace function public.messenger_knows_webhook(p_digest text)
returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_connection constant public.messenger_integrations :=
    messenger_internal.find_by_webhook(p_digest);
  v_organization constant text :=
    messenger_internal.canonical_organization(v_connection.organization_id::text);
begin
  if v_connection.id is null then
    return null;
  end if;
  return jsonb_build_object('organization', v_organization,
    'folder', public.messenger_folder(v_organization), 'integration_id', v_connection.id);
end
$$;
comment on function public.messenger_knows_webhook(text) is
  'The connection whose webhook has the token of that SHA-256, and where its media is stored: asked '
  'before a body is read. Null where there is none.';
revoke all on function public.messenger_knows_webhook(text) from public, anon, authenticated;
grant execute on function public.messenger_knows_webhook(text) to service_role;

create or replace function public.messenger_claim_webhook(
  p_id uuid,
  p_credentials_id uuid,
  p_url text, -- without the token
  p_digest text, -- of a token that is taken if there is none yet
  p_token text, -- encrypted
  p_anyway boolean -- also where it is not due
) returns text language plpgsql set search_path = '' as $$
declare
  v_token text;
begin
  update public.messenger_integrations i set
    settings = case when i.webhook_digest is null
      then i.settings || jsonb_build_object('webhookToken', p_token) else i.settings end,
    webhook_digest = coalesce(i.webhook_digest, p_digest),
    webhook_registered_at = case when i.webhook_digest is not null and i.webhook_url = p_url
      then i.webhook_registered_at end,
    webhook_url = p_url,
    webhook_tried_at = now(),
    webhook_due_at = now() + interval '1 minute'
  where i.id = p_id and i.credentials_id = p_credentials_id
    and messenger_internal.is_in_use(i) and messenger_internal.is_connection(i)
    and (p_anyway or coalesce(i.webhook_due_at <= now(), true)
      or i.webhook_url is distinct from p_url)
  returning i.settings ->> 'webhookToken' into v_token;
  return v_token;
end
$$;
comment on function public.messenger_claim_webhook(uuid, uuid, text, text, text, boolean) is
  'The encrypted token of the webhook that the platform is to be told now; null when it is not due, or '
  'somebody else tells it. A further try is due in a minute.';
revoke all on function public.messenger_claim_webhook(uuid, uuid, text, text, text, boolean)
  from public, anon, authenticated;
grant execute on function public.messenger_claim_webhook(uuid, uuid, text, text, text, boolean)
  to service_role;

create or replace function public.messenger_note_webhook(
  p_id uuid,
  p_digest text, -- of the token that the platform was told
  p_is_registered boolean, -- false: it does not know that call
  p_token text -- encrypted by the newest key
) returns void language plpgsql set search_path = '' as $$
begin
  update public.messenger_integrations i set
    webhook_registered_at = case when p_is_registered
      then coalesce(i.webhook_registered_at, now()) else i.webhook_registered_at end,
    webhook_due_at = now() + interval '1 hour',
    settings = i.settings || jsonb_build_object('webhookToken', p_token)
  where i.id = p_id and i.webhook_digest = p_digest;
end
$$;
comment on function public.messenger_note_webhook(uuid, text, boolean, text) is
  'Notes that the platform was told a webhook''s URL, or does not know that call. It is told again '
  'after an hour, as it may have forgotten.';
revoke all on function public.messenger_note_webhook(uuid, text, boolean, text)
  from public, anon, authenticated;
grant execute on function public.messenger_note_webhook(uuid, text, boolean, text) to service_role;

create or replace function public.messenger_rotate_webhook(integration_id uuid)
returns boolean language plpgsql set search_path = '' as $$
begin
  update public.messenger_integrations i set
    webhook_former_digest = i.webhook_digest,
    webhook_former_until = now() + interval '10 minutes',
    webhook_digest = null,
    webhook_registered_at = null,
    webhook_due_at = null,
    settings = i.settings - 'webhookToken'
  where i.id = integration_id and i.webhook_digest is not null;
  return found;
end
$$;
comment on function public.messenger_rotate_webhook(uuid) is
  'For operators: gives a connection''s webhook a new token, should the present one have leaked. The '
  'platform is told at the next call that asks it; the old one holds for 10 minutes more. Returns '
  'whether there was one.';
revoke all on function public.messenger_rotate_webhook(uuid) from public, anon, authenticated;
grant execute on function public.messenger_rotate_webhook(uuid) to service_role;

-- What is told of a message: receipts, reactions, edits, deletions. -----------------------------------

create or replace function messenger_internal.react(p_reactions jsonb, p_by text, p_emoji text)
returns jsonb language plpgsql stable set search_path = '' as $$
begin
  if p_reactions @> jsonb_build_array(jsonb_build_object('by', p_by, 'emoji', p_emoji)) then
    return p_reactions; -- told twice
  end if;
  return (
    select coalesce(jsonb_agg(r.value order by r.ordinality), '[]')
    from jsonb_array_elements(p_reactions) with ordinality r
    where r.value ->> 'by' <> p_by
  ) || case when p_emoji = '' then '[]'
    else jsonb_build_array(jsonb_build_object('by', p_by, 'emoji', p_emoji, 'at', now())) end;
end
$$;
comment on function messenger_internal.react(jsonb, text, text) is
  'Reactions after one more: each has one, the last. An empty emoji takes it back.';
revoke all on function messenger_internal.react(jsonb, text, text) from public;
grant execute on function messenger_internal.react(jsonb, text, text) to service_role;

create or replace function messenger_internal.apply_note(
  p_message public.messenger_messages,
  p_note public.messenger_receipts
) returns public.messenger_messages language plpgsql stable set search_path = '' as $$
declare
  v_message public.messenger_messages := p_message;
  v_reaction jsonb;
begin
  if p_message.direction = 'out' then
    v_message.delivery :=
      messenger_internal.highest_delivery(v_message.delivery, p_note.delivery);
  end if;
  v_message.deleted_at := coalesce(v_message.deleted_at, p_note.deleted_at);
  if v_message.provider_message_id is null and p_note.provider_message_id is not null
    and not exists (
      select from public.messenger_messages m
      where m.integration_id = p_message.integration_id
        and m.provider_message_id = p_note.provider_message_id
        and m.direction = p_message.direction)
  then
    v_message.provider_message_id := p_note.provider_message_id;
    v_message.wa_message_id := p_note.wa_message_id;
  end if;
  for v_reaction in select r.value from jsonb_array_elements(p_note.reactions) r loop
    v_message.reactions := messenger_internal.react(
      v_message.reactions, v_reaction ->> 'by', v_reaction ->> 'emoji');
  end loop;
  if p_note.edited_text is not null and coalesce(v_message.edited_at <= p_note.edited_at, true) then
    v_message.text := p_note.edited_text;
    v_message.edited_at := p_note.edited_at;
  end if;
  return v_message;
end
$$;
comment on function messenger_internal.apply_note(
  public.messenger_messages, public.messenger_receipts) is
  'A message after what was told of it. Whatever comes twice or too late changes nothing.';
revoke all on function messenger_internal.apply_note(
  public.messenger_messages, public.messenger_receipts) from public;
grant execute on function messenger_internal.apply_note(
  public.messenger_messages, public.messenger_receipts) to service_role;

create or replace function messenger_internal.apply_waiting(p_message public.messenger_messages)
returns public.messenger_messages language plpgsql set search_path = '' as $$
declare
  v_message public.messenger_messages := p_message;
  v_note public.messenger_receipts;
begin
  loop
    delete from public.messenger_receipts r
    where r.integration_id = v_message.integration_id
      and r.message_ref = coalesce((
        select o.message_ref from public.messenger_receipts o
        where o.integration_id = v_message.integration_id
          and o.message_ref in (v_message.task_id, v_message.provider_message_id)
        limit 1), '')
    returning * into v_note;
    exit when not found;
    v_message := messenger_internal.apply_note(v_message, v_note); -- may tell another id
  end loop;
  return v_message;
end
$$;
comment on function messenger_internal.apply_waiting(public.messenger_messages) is
  'A message after what was told of it before its ids were known here. Takes that from '
  'messenger_receipts.';
revoke all on function messenger_internal.apply_waiting(public.messenger_messages) from public;
grant execute on function messenger_internal.apply_waiting(public.messenger_messages)
  to service_role;

create or replace function messenger_internal.write_message(
  p_message public.messenger_messages,
  p_change bigint
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_change bigint := p_change + 1;
begin
  update public.messenger_messages m set
    status = p_message.status,
    task_id = p_message.task_id,
    error_code = p_message.error_code,
    delivery = p_message.delivery,
    provider_message_id = p_message.provider_message_id,
    wa_message_id = p_message.wa_message_id,
    event_id = p_message.event_id,
    reactions = p_message.reactions,
    kind = p_message.kind,
    media = p_message.media,
    text = p_message.text,
    edited_at = p_message.edited_at,
    deleted_at = p_message.deleted_at,
    change = v_change
  where m.id = p_message.id;
  update public.messenger_chats c set
    last_message = messenger_internal.preview(p_message),
    change = v_change + 1
  where c.id = p_message.chat_id and c.last_message ->> 'id' = p_message.id::text
    and c.last_message <> messenger_internal.preview(p_message);
  if found then
    v_change := v_change + 1;
  end if;
  return v_change;
end
$$;
comment on function messenger_internal.write_message(public.messenger_messages, bigint) is
  'Writes what may change of a message, and its chat''s preview. Takes and returns the counter; the '
  'caller holds lock_changes.';
revoke all on function messenger_internal.write_message(public.messenger_messages, bigint) from public;
grant execute on function messenger_internal.write_message(public.messenger_messages, bigint)
  to service_role;

create or replace function messenger_internal.keep_note(p_note public.messenger_receipts)
returns void language plpgsql set search_path = '' as $$
declare
  v_reactions jsonb := p_note.reactions;
  v_present public.messenger_receipts;
begin
  select r.* into v_present from public.messenger_receipts r
  where r.integration_id = p_note.integration_id and r.message_ref = p_note.message_ref;
  if found then
    -- Also one that was taken back, so that this is not lost on a message which has it.
    v_reactions := (
      select coalesce(jsonb_agg(r.value), '[]') from jsonb_array_elements(v_present.reactions) r
      where not p_note.reactions @> jsonb_build_array(jsonb_build_object('by', r.value -> 'by'))
    ) || p_note.reactions;
  end if;
  insert into public.messenger_receipts
    (integration_id, message_ref, delivery, deleted_at, provider_message_id, wa_message_id,
     reactions, edited_text, edited_at)
  values
    (p_note.integration_id, p_note.message_ref, p_note.delivery, p_note.deleted_at,
     p_note.provider_message_id, p_note.wa_message_id, v_reactions, p_note.edited_text,
     p_note.edited_at)
  on conflict (integration_id, message_ref) do update set
    delivery = messenger_internal.highest_delivery(v_present.delivery, excluded.delivery),
    deleted_at = coalesce(v_present.deleted_at, excluded.deleted_at),
    provider_message_id = coalesce(v_present.provider_message_id, excluded.provider_message_id),
    wa_message_id = coalesce(v_present.wa_message_id, excluded.wa_message_id),
    reactions = excluded.reactions,
    edited_text = case when coalesce(v_present.edited_at <= excluded.edited_at, true)
      then coalesce(excluded.edited_text, v_present.edited_text) else v_present.edited_text end,
    edited_at = greatest(v_present.edited_at, excluded.edited_at);
  delete from public.messenger_receipts r
  where r.integration_id = p_note.integration_id
    and r.received_at < now() - interval '7 days';
  delete from public.messenger_receipts r
  where (r.integration_id, r.message_ref) in (
    select o.integration_id, o.message_ref from public.messenger_receipts o
    where o.integration_id = p_note.integration_id
    order by o.received_at desc, o.message_ref
    offset 10000);
end
$$;
comment on function messenger_internal.keep_note(public.messenger_receipts) is
  'Keeps what is told of a message that is not known here yet: the last 10,000 of a connection, for 7 '
  'days.';
revoke all on function messenger_internal.keep_note(public.messenger_receipts) from public;
grant execute on function messenger_internal.keep_note(public.messenger_receipts) to service_role;

create or replace function messenger_internal.find_told(
  p_integration_id uuid,
  p_task_id text,
  p_provider_message_id text
) returns public.messenger_messages language plpgsql stable set search_path = '' as $$
declare
  v_message public.messenger_messages;
begin
  if p_task_id is not null then
    select m.* into v_message from public.messenger_messages m
    where m.integration_id = p_integration_id and m.task_id = p_task_id
    limit 1;
  end if;
  if v_message.id is null and p_provider_message_id is not null then
    select m.* into v_message from public.messenger_messages m
    where m.integration_id = p_integration_id and m.provider_message_id = p_provider_message_id
    order by m.direction desc -- ours first
    limit 1;
  end if;
  return v_message;
end
$$;
comment on function messenger_internal.find_told(uuid, text, text) is
  'A connection''s message of that task, else of that key of WhatsApp''s; a row of nulls where there is '
  'none.';
revoke all on function messenger_internal.find_told(uuid, text, text) from public;
grant execute on function messenger_internal.find_told(uuid, text, text) to service_role;

create or replace function messenger_internal.receive_note(
  p_connection public.messenger_integrations,
  p_organization text,
  p_event jsonb,
  p_change bigint
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_is_pair constant boolean := coalesce((p_event ->> 'isPair')::boolean, false);
  v_task_id constant text := p_event ->> 'taskId';
  v_key constant text := p_event ->> 'providerMessageId';
  v_note public.messenger_receipts;
  v_before public.messenger_messages;
  v_message public.messenger_messages;
begin
  v_note.integration_id := p_connection.id;
  -- Of one word that may be either, WhatsApp's key is what a longer form of it comes to.
  v_note.message_ref := case when v_is_pair then v_task_id else coalesce(v_key, v_task_id) end;
  v_note.reactions := '[]';
  if v_is_pair then
    v_note.provider_message_id := v_key;
    v_note.wa_message_id := coalesce(p_event ->> 'waMessageId', v_key);
  end if;
  case p_event ->> 'type'
    when 'receipt' then
      v_note.delivery := p_event ->> 'delivery';
      if (p_event ->> 'deleted')::boolean then
        v_note.deleted_at := now();
      end if;
    when 'reaction' then
      v_note.reactions := jsonb_build_array(jsonb_build_object(
        'by', p_event ->> 'by', 'emoji', p_event ->> 'emoji', 'at', now()));
    when 'edit' then
      v_note.edited_text := p_event ->> 'text';
      v_note.edited_at := messenger_internal.told_time(p_event -> 'editedAtMs');
  end case;

  v_before := messenger_internal.find_told(p_connection.id, v_task_id, v_key);
  if v_before.id is null then
    perform messenger_internal.keep_note(v_note);
    return jsonb_build_object('outcome', 'waiting');
  end if;
  v_message := messenger_internal.apply_note(v_before, v_note);
  if v_before.provider_message_id is distinct from v_message.provider_message_id then
    v_message := messenger_internal.apply_waiting(v_message);
  end if;
  if v_message is not distinct from v_before then
    return jsonb_build_object('outcome', 'duplicate', 'message_id', v_message.id);
  end if;
  perform messenger_internal.save_changes(
    p_organization, messenger_internal.write_message(v_message, p_change));
  return jsonb_build_object('outcome', 'stored', 'message_id', v_message.id);
end
$$;
comment on function messenger_internal.receive_note(
  public.messenger_integrations, text, jsonb, bigint) is
  'Stores a receipt, reaction, edit or deletion: with its message, or until that comes.';
revoke all on function messenger_internal.receive_note(
  public.messenger_integrations, text, jsonb, bigint) from public;
grant execute on function messenger_internal.receive_note(
  public.messenger_integrations, text, jsonb, bigint) to service_role;

-- Messages. ---------------------------------------------------------------------------------------

create or replace function messenger_internal.told_time(p_ms jsonb)
returns timestamptz language plpgsql stable set search_path = '' as $$
declare
  v_ms numeric;
begin
  if jsonb_typeof(p_ms) = 'number' then
    v_ms := p_ms::numeric;
    -- WhatsApp is of 2009. A peer's clock is not trusted to say what is still to come.
    if v_ms between 1230768000000 and extract(epoch from now()) * 1000 then
      return to_timestamp((v_ms / 1000)::double precision);
    end if;
  end if;
  return now();
end
$$;
comment on function messenger_internal.told_time(jsonb) is
  'A time that the platform tells, in milliseconds; now where it tells none that can be.';
revoke all on function messenger_internal.told_time(jsonb) from public;
grant execute on function messenger_internal.told_time(jsonb) to service_role;

create or replace function messenger_internal.find_open_send(
  p_chat_id uuid,
  p_kind text,
  p_text text,
  p_task_id text
) returns public.messenger_messages language plpgsql stable set search_path = '' as $$
declare
  v_messages public.messenger_messages[];
begin
  select array_agg(one.m) into v_messages from (
    select m from public.messenger_messages m
    join public.messenger_sends s on s.message_id = m.id
    where m.chat_id = p_chat_id and m.sent_at > now() - interval '1 hour'
      and m.direction = 'out' and m.source = 'api'
      and (m.text = p_text or m.text is null and p_text is null and m.kind = p_kind)
      and m.status in ('sending', 'accepted', 'unknown')
      and m.provider_message_id is null and not s.echoed
      and (m.task_id is null or p_task_id is null)
    limit 2
  ) one;
  if cardinality(v_messages) = 1 then
    return v_messages[1];
  end if;
  return null;
end
$$;
comment on function messenger_internal.find_open_send(uuid, text, text, text) is
  'The one send of the last hour, in that chat and of that text (of that kind, where media has none), '
  'that the platform has not told of yet; null where there is none, or several: which one is not guessed.';
revoke all on function messenger_internal.find_open_send(uuid, text, text, text) from public;
grant execute on function messenger_internal.find_open_send(uuid, text, text, text) to service_role;

create or replace function messenger_internal.find_received(
  p_integration_id uuid,
  p_event jsonb,
  p_event_id text
) returns public.messenger_messages language plpgsql stable set search_path = '' as $$
declare
  v_message public.messenger_messages;
begin
  select m.* into v_message from public.messenger_messages m
  where m.integration_id = p_integration_id and m.event_id = p_event_id;
  if not found and p_event ->> 'providerMessageId' is not null then
    select m.* into v_message from public.messenger_messages m
    where m.integration_id = p_integration_id
      and m.provider_message_id = p_event ->> 'providerMessageId'
      and m.direction = p_event ->> 'direction';
  end if;
  if v_message.id is null and p_event ->> 'direction' = 'out' and p_event ->> 'taskId' is not null
  then
    select m.* into v_message from public.messenger_messages m
    where m.integration_id = p_integration_id and m.task_id = p_event ->> 'taskId'
    limit 1;
  end if;
  return v_message;
end
$$;
comment on function messenger_internal.find_received(uuid, jsonb, text) is
  'The message that an event of a message is about, by its ids; a row of nulls where it is new.';
revoke all on function messenger_internal.find_received(uuid, jsonb, text) from public;
grant execute on function messenger_internal.find_received(uuid, jsonb, text) to service_role;

create or replace function messenger_internal.heard_chat(
  p_chat public.messenger_chats,
  p_event jsonb
) returns public.messenger_chats language plpgsql stable set search_path = '' as $$
declare
  v_chat public.messenger_chats := p_chat;
  v_phone constant text := p_event #>> '{chat,phone}';
begin
  v_chat.address := p_event #>> '{chat,address}';
  if v_chat.phone is null and v_phone is not null and not exists (
    select from public.messenger_chats c
    where c.integration_id = p_chat.integration_id and c.phone = v_phone)
  then
    v_chat.phone := v_phone;
  end if;
  if not v_chat.is_renamed and p_event ->> 'name' is not null then
    v_chat.name := p_event ->> 'name';
  end if;
  return v_chat;
end
$$;
comment on function messenger_internal.heard_chat(public.messenger_chats, jsonb) is
  'A chat with the address, number and name that an event tells.';
revoke all on function messenger_internal.heard_chat(public.messenger_chats, jsonb) from public;
grant execute on function messenger_internal.heard_chat(public.messenger_chats, jsonb)
  to service_role;

create or replace function messenger_internal.insert_received(
  p_connection public.messenger_integrations,
  p_chat public.messenger_chats,
  p_event jsonb,
  p_event_id text,
  p_media jsonb,
  p_change bigint
) returns public.messenger_messages language plpgsql set search_path = '' as $$
declare
  v_is_incoming constant boolean := p_event ->> 'direction' = 'in';
  v_message public.messenger_messages;
  v_told public.messenger_messages;
begin
  insert into public.messenger_messages
    (organization_id, integration_id, chat_id, direction, source, kind, text, session, recipient,
     sender, provider_message_id, wa_message_id, event_id, task_id, sent_at, arrived, media, delivery,
     change)
  values
    (p_chat.organization_id, p_connection.id, p_chat.id, p_event ->> 'direction',
     case when v_is_incoming then 'contact' else 'phone' end, p_event ->> 'kind', p_event ->> 'text',
     p_connection.session, case when not v_is_incoming then p_chat.phone end, p_event ->> 'sender',
     p_event ->> 'providerMessageId',
     coalesce(p_event ->> 'waMessageId', p_event ->> 'providerMessageId'), p_event_id,
     p_event ->> 'taskId', messenger_internal.told_time(p_event -> 'sentAtMs'), p_change, p_media,
     case when not v_is_incoming then 'sent' end, p_change)
  returning * into v_message;
  if v_message.provider_message_id is not null or v_message.task_id is not null then
    v_told := messenger_internal.apply_waiting(v_message);
    if v_told is distinct from v_message then
      perform messenger_internal.write_message(v_told, p_change - 1); -- under the same number
    end if;
    return v_told;
  end if;
  return v_message;
end
$$;
comment on function messenger_internal.insert_received(
  public.messenger_integrations, public.messenger_chats, jsonb, text, jsonb, bigint) is
  'Inserts the message of an event, with what was told of it before.';
revoke all on function messenger_internal.insert_received(
  public.messenger_integrations, public.messenger_chats, jsonb, text, jsonb, bigint) from public;
grant execute on function messenger_internal.insert_received(
  public.messenger_integrations, public.messenger_chats, jsonb, text, jsonb, bigint)
  to service_role;

create or replace function messenger_internal.media_to_store(
  p_integration_id uuid,
  p_event jsonb,
  p_has_bytes boolean
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_max_bytes constant bigint := 256 * 1024 * 1024;
  v_max_rows constant integer := 10000;
  v_media constant jsonb := p_event -> 'media';
  v_reason text := v_media ->> 'problem';
  v_kept record;
begin
  if v_media is null then
    return null;
  end if;
  if v_reason is null and v_media ->> 'path' is not null then
    return v_media || '{"state": "stored"}';
  end if;
  if v_reason is null and not p_has_bytes and v_media ->> 'url' is null then
    v_reason := 'missing';
  end if;
  if v_reason is null then
    select coalesce(sum(e.size), 0) as bytes, count(*) as number into v_kept
    from public.messenger_events e
    where e.integration_id = p_integration_id and e.kind = 'media';
    if v_kept.number >= v_max_rows or p_has_bytes
      and v_kept.bytes + (v_media ->> 'size')::bigint > v_max_bytes
    then
      v_reason := 'too_large';
    end if;
  end if;
  return jsonb_build_object('state', case when v_reason is null then 'pending' else 'failed' end)
    || jsonb_strip_nulls(jsonb_build_object('reason', v_reason,
      'mimetype', v_media -> 'mimetype', 'filename', v_media -> 'filename',
      'size', v_media -> 'size'));
end
$$;
comment on function messenger_internal.media_to_store(uuid, jsonb, boolean) is
  'The media of a new message: stored where it has a path. Else it is kept until it is in Storage: '
  '256 MiB and 10,000 for a connection; what is beyond is failed, too_large.';
revoke all on function messenger_internal.media_to_store(uuid, jsonb, boolean) from public;
grant execute on function messenger_internal.media_to_store(uuid, jsonb, boolean) to service_role;

create or replace function messenger_internal.receive_message(
  p_connection public.messenger_integrations,
  p_organization text,
  p_event jsonb,
  p_event_id text,
  p_body bytea, -- of the media
  p_change bigint
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_address constant text := p_event #>> '{chat,address}';
  v_phone constant text := p_event #>> '{chat,phone}';
  v_chat public.messenger_chats;
  v_before public.messenger_messages;
  v_message public.messenger_messages;
  v_media jsonb;
  v_pending public.messenger_events;
begin
  v_before := messenger_internal.find_received(p_connection.id, p_event, p_event_id);
  if v_before.id is null and p_event ->> 'direction' = 'out' then
    v_before := messenger_internal.find_open_send(
      (messenger_internal.find_chat(p_connection.id, v_address, v_phone)).id,
      p_event ->> 'kind', p_event ->> 'text', p_event ->> 'taskId');
  end if;
  if v_before.id is not null then
    -- A call that Deno sent again, its connection broken, names the file that the message has by now.
    return messenger_internal.receive_echo(p_organization, v_before, p_event, p_event_id, p_change)
      || case when v_before.media ->> 'path' = p_event #>> '{media,path}'
        then '{"media": "stored"}'::jsonb else '{}' end;
  end if;

  v_chat := messenger_internal.heard_chat(
    messenger_internal.obtain_chat(p_connection, p_organization, v_address, v_phone,
      p_event #>> '{chat,kind}', p_change + 1),
    p_event);
  v_media := messenger_internal.media_to_store(p_connection.id, p_event, p_body is not null);
  v_message := messenger_internal.insert_received(
    p_connection, v_chat, p_event, p_event_id, v_media, p_change + 2);
  if v_media ->> 'state' = 'pending' then
    insert into public.messenger_events
      (organization_id, integration_id, message_id, kind, url, body, size, due_at)
    values
      (p_organization, p_connection.id, v_message.id, 'media', p_event #>> '{media,url}',
       p_body, coalesce(octet_length(p_body), 0),
       -- Whoever is told of it here fetches it at once, and wpp-reconcile only what failed.
       now() + interval '1 minute')
    returning * into v_pending;
  end if;
  -- Whoever answers from the phone has seen what came before.
  perform messenger_internal.put_in_chat(
    v_chat, v_message, v_message.source = 'phone', p_change + 1);
  perform messenger_internal.save_changes(p_organization, p_change + 2);
  return jsonb_build_object(
    'outcome', 'stored', 'message_id', v_message.id, 'chat_id', v_message.chat_id)
    || case when v_media is null then '{}'
      else jsonb_build_object('media', v_media ->> 'state') end
    || case when v_pending.id is null then '{}'
      else jsonb_build_object(
        'pending', messenger_internal.media_json(v_pending, p_connection)) end;
end
$$;
comment on function messenger_internal.receive_message(
  public.messenger_integrations, text, jsonb, text, bytea, bigint) is
  'Stores a message, once where it has an id.';
revoke all on function messenger_internal.receive_message(
  public.messenger_integrations, text, jsonb, text, bytea, bigint) from public;
grant execute on function messenger_internal.receive_message(
  public.messenger_integrations, text, jsonb, text, bytea, bigint) to service_role;

create or replace function messenger_internal.receive_echo(
  p_organization text,
  p_before public.messenger_messages,
  p_event jsonb,
  p_event_id text,
  p_change bigint
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_message public.messenger_messages := p_before;
begin
  if p_before.direction = 'out' then
    v_message.event_id := coalesce(v_message.event_id, p_event_id);
    v_message.task_id := coalesce(v_message.task_id, p_event ->> 'taskId');
    if v_message.provider_message_id is null and p_event ->> 'providerMessageId' is not null then
      v_message.provider_message_id := p_event ->> 'providerMessageId';
      v_message.wa_message_id :=
        coalesce(p_event ->> 'waMessageId', p_event ->> 'providerMessageId');
    end if;
    v_message.delivery := messenger_internal.highest_delivery(v_message.delivery, 'sent');
    update public.messenger_sends s set echoed = true
    where s.message_id = v_message.id and not s.echoed;
    if v_message is distinct from p_before then
      v_message := messenger_internal.apply_waiting(v_message);
    end if;
  end if;
  if v_message is not distinct from p_before then
    return jsonb_build_object('outcome', 'duplicate', 'message_id', v_message.id);
  end if;
  perform messenger_internal.save_changes(
    p_organization, messenger_internal.write_message(v_message, p_change));
  return jsonb_build_object(
    'outcome', 'stored', 'message_id', v_message.id, 'chat_id', v_message.chat_id);
end
$$;
comment on function messenger_internal.receive_echo(
  text, public.messenger_messages, jsonb, text, bigint) is
  'An event of a message that is known: a duplicate, or WhatsApp''s word of one that we sent.';
revoke all on function messenger_internal.receive_echo(
  text, public.messenger_messages, jsonb, text, bigint) from public;
grant execute on function messenger_internal.receive_echo(
  text, public.messenger_messages, jsonb, text, bigint) to service_role;

-- The webhook's one call. -------------------------------------------------------------------------

create or replace function messenger_internal.quarantine(
  p_connection public.messenger_integrations,
  p_organization text,
  p_reason text,
  p_body bytea
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_max_rows constant integer := 1000;
  v_max_bytes constant integer := 64 * 1024;
  v_body constant bytea := substr(p_body, 1, v_max_bytes);
begin
  delete from public.messenger_events e
  where e.integration_id = p_connection.id and e.kind = 'quarantined'
    and e.created_at < now() - interval '30 days';
  if (select count(*) from public.messenger_events e
    where e.integration_id = p_connection.id and e.kind = 'quarantined') >= v_max_rows
  then
    return jsonb_build_object('outcome', 'quarantine_full', 'reason', p_reason);
  end if;
  insert into public.messenger_events
    (organization_id, integration_id, kind, reason, body, size)
  values
    (p_organization, p_connection.id, 'quarantined', left(p_reason, 64), v_body,
     coalesce(octet_length(v_body), 0));
  return jsonb_build_object('outcome', 'quarantined', 'reason', p_reason);
end
$$;
comment on function messenger_internal.quarantine(
  public.messenger_integrations, text, text, bytea) is
  'Keeps an event that was not understood, for an operator to look at: the first 64 KiB, 1,000 of a '
  'connection, 30 days.';
revoke all on function messenger_internal.quarantine(
  public.messenger_integrations, text, text, bytea) from public;
grant execute on function messenger_internal.quarantine(
  public.messenger_integrations, text, text, bytea) to service_role;

create or replace function messenger_internal.receive_event(
  p_connection public.messenger_integrations,
  p_organization text,
  p_event jsonb,
  p_request_id uuid,
  p_bytes text,
  p_change bigint
) returns jsonb language plpgsql set search_path = '' as $$
begin
  case p_event ->> 'type'
    when 'message' then
      return messenger_internal.receive_message(p_connection, p_organization, p_event,
        coalesce(p_event ->> 'eventId', 'request:' || p_request_id), decode(p_bytes, 'base64'),
        p_change);
    when 'receipt', 'reaction', 'edit' then
      return messenger_internal.receive_note(p_connection, p_organization, p_event, p_change);
    when 'state' then
      return jsonb_build_object('outcome', 'noted');
    when 'dropped' then
      return jsonb_build_object('outcome', 'dropped', 'reason', p_event ->> 'reason');
    else
      return messenger_internal.quarantine(p_connection, p_organization,
        coalesce(p_event ->> 'reason', 'unknown_event'), decode(p_bytes, 'base64'));
  end case;
exception when data_exception or integrity_constraint_violation then
  return messenger_internal.quarantine(p_connection, p_organization, 'database_' || sqlstate,
    convert_to(p_event::text, 'UTF8'));
end
$$;
comment on function messenger_internal.receive_event(
  public.messenger_integrations, text, jsonb, uuid, text, bigint) is
  'Stores an event. What the database will never take is quarantined: it would come again for ever.';
revoke all on function messenger_internal.receive_event(
  public.messenger_integrations, text, jsonb, uuid, text, bigint) from public;
grant execute on function messenger_internal.receive_event(
  public.messenger_integrations, text, jsonb, uuid, text, bigint) to service_role;

create or replace function messenger_internal.note_event(
  p_connection public.messenger_integrations,
  p_event jsonb
) returns void language plpgsql set search_path = '' as $$
declare
  v_status constant text := case when p_event ->> 'type' = 'state' then p_event ->> 'status' end;
  v_phone constant text := p_event ->> 'ownPhone';
  v_is_dropped constant boolean := p_event ->> 'type' = 'dropped';
begin
  if v_is_dropped or v_status <> p_connection.status or v_phone <> coalesce(p_connection.phone, '')
    or coalesce(p_connection.last_event_at < now() - interval '10 seconds', true)
  then
    update public.messenger_integrations i set
      status = coalesce(v_status, i.status),
      phone = coalesce(v_phone, i.phone),
      dropped_events = i.dropped_events + v_is_dropped::integer,
      last_event_at = now()
    where i.id = p_connection.id and i.credentials_id = p_connection.credentials_id;
  end if;
  if v_status = 'qr_required' and p_connection.status = 'qr_required' then
    perform messenger_internal.hint_connection(p_connection); -- the code is another one
  end if;
end
$$;
comment on function messenger_internal.note_event(public.messenger_integrations, jsonb) is
  'Notes on a connection what an event tells of it, and that one came: once in 10 s, as many come.';
revoke all on function messenger_internal.note_event(public.messenger_integrations, jsonb) from public;
grant execute on function messenger_internal.note_event(public.messenger_integrations, jsonb)
  to service_role;

create or replace function public.messenger_receive(
  p_digest text, -- SHA-256 of the token in the webhook's URL, in hex
  p_request_id uuid,
  p_event text, -- as JSON
  p_bytes text default null -- in base64: of the media, or of the body that was not understood
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_event jsonb;
  v_bytes text := p_bytes;
  v_connection constant public.messenger_integrations :=
    messenger_internal.find_by_webhook(p_digest);
  v_organization constant text :=
    messenger_internal.canonical_organization(v_connection.organization_id::text);
  v_change bigint;
  v_answer jsonb;
begin
  if v_connection.id is null then
    return jsonb_build_object('outcome', 'unknown_token');
  end if;
  begin
    v_event := p_event::jsonb;
  exception when data_exception then -- such as a NUL, which jsonb cannot hold
    v_event := jsonb_build_object('type', 'quarantined', 'reason', 'database_' || sqlstate);
    v_bytes := encode(convert_to(p_event, 'UTF8'), 'base64');
  end;
  if v_event ->> 'type' in ('message', 'receipt', 'reaction', 'edit') then
    v_change := messenger_internal.lock_changes(v_organization);
    -- Whoever had the lock may have ended the connection.
    if not exists (
      select from public.messenger_integrations i
      where i.id = v_connection.id and i.credentials_id = v_connection.credentials_id)
    then
      return jsonb_build_object('outcome', 'unknown_token');
    end if;
  end if;
  if v_event ->> 'account' <> v_connection.session then
    v_answer := messenger_internal.quarantine(v_connection, v_organization, 'another_account',
      convert_to(p_event, 'UTF8'));
  else
    v_answer := messenger_internal.receive_event(
      v_connection, v_organization, v_event, p_request_id, v_bytes, v_change);
    perform messenger_internal.note_event(v_connection, v_event);
  end if;
  return v_answer || jsonb_build_object('organization', v_organization)
    || case when v_event ->> 'status' = 'connected'
      then jsonb_build_object('integration', messenger_internal.connection_json(v_connection))
      else '{}' end;
end
$$;
comment on function public.messenger_receive(text, uuid, text, text) is
  'Stores one call of the webhook. Outcomes: stored, duplicate, both with message_id and chat_id, and of '
  'a new message with media its state and, where it is still to be stored, what messenger_take_media '
  'tells (pending); '
  'waiting (told of a message that is not known yet), noted (of the connection), dropped, quarantined, '
  'quarantine_full, all three with reason; unknown_token. With integration once it is connected.';
revoke all on function public.messenger_receive(text, uuid, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_receive(text, uuid, text, text) to service_role;

notify pgrst, 'reload schema';
