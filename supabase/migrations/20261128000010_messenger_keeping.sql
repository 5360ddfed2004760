-- What becomes of the store over time: filled in, expired, erased.

-- Rows of the versions before the store, which were sends without a chat. -----------------------------

create or replace function messenger_internal.fill_in(
  p_message public.messenger_messages,
  p_change bigint
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_connection public.messenger_integrations;
  v_chat public.messenger_chats;
  v_message public.messenger_messages;
begin
  select i.* into v_connection from public.messenger_integrations i
  where i.id = p_message.integration_id;
  v_chat := messenger_internal.obtain_chat(v_connection, p_message.organization_id,
    substr(p_message.recipient, 2) || '@c.us', p_message.recipient, 'person', p_change + 1);
  update public.messenger_messages m set
    chat_id = v_chat.id,
    sent_at = m.created_at,
    delivery = case when m.status = 'accepted' then coalesce(m.delivery, 'queued') end,
    arrived = p_change + 2,
    change = p_change + 2
  where m.id = p_message.id
  returning m.* into v_message;
  perform messenger_internal.put_in_chat(v_chat, v_message, false, p_change + 1);
  return p_change + 2;
end
$$;
comment on function messenger_internal.fill_in(public.messenger_messages, bigint) is
  'Puts a send of an earlier version into its chat. Takes and returns the counter; the caller holds '
  'lock_changes, and saves it.';
revoke all on function messenger_internal.fill_in(public.messenger_messages, bigint) from public;
grant execute on function messenger_internal.fill_in(public.messenger_messages, bigint)
  to service_role;

create or replace function public.messenger_backfill(max_rows integer default 1000)
returns integer language plpgsql set search_path = '' as $$
declare
  v_organization text;
  v_change bigint;
  v_message public.messenger_messages;
  v_count integer := 0;
begin
  select m.organization_id into v_organization from public.messenger_messages m
  where m.chat_id is null limit 1;
  if not found then
    return 0;
  end if;
  v_change := messenger_internal.lock_changes(v_organization);
  for v_message in
    select m.* from public.messenger_messages m
    where m.organization_id = v_organization and m.chat_id is null
    order by m.created_at, m.id
    limit max_rows
  loop
    v_change := messenger_internal.fill_in(v_message, v_change);
    v_count := v_count + 1;
  end loop;
  perform messenger_internal.save_changes(v_organization, v_change);
  return v_count;
end
$$;
comment on function public.messenger_backfill(integer) is
  'Puts sends of earlier versions into chats, those of one organization at a time. Returns how many: '
  'call it until that is 0.';
revoke all on function public.messenger_backfill(integer) from public, anon, authenticated;
grant execute on function public.messenger_backfill(integer) to service_role;

-- Connections that nobody asks about. -----------------------------------------------------------------

create or replace function public.messenger_take_neglected(max_rows integer)
returns jsonb language plpgsql set search_path = '' as $$
declare
  v_taken jsonb;
begin
  with neglected as (
    select i.id from public.messenger_integrations i
    -- What is_in_use and is_connection say, as the index has it: rows that were disconnected, which are
    -- more and more, are not gone through.
    where i.messenger_type = 'whatsapp' and i.provider = 'wpp'
      and i.is_active is not false and i.is_enabled is not false and i.session is not null
      and coalesce(nullif(i.settings ->> 'apiKey', ''), nullif(i.settings ->> 'wppApiKey', ''))
        is not null
      and coalesce(i.reconciled_at < now() - interval '20 seconds', true)
    order by i.reconciled_at nulls first
    limit max_rows
    for update skip locked
  ), taken as (
    update public.messenger_integrations i set reconciled_at = now()
    -- As an array, of which the planner expects ten: for a join it expects a tenth of the table.
    where i.id = any (array(select n.id from neglected n))
    returning i.*
  )
  select coalesce(jsonb_agg(messenger_internal.connection_json(t) || jsonb_build_object(
    'is_silent', coalesce(t.last_event_at < now() - interval '10 minutes', true))), '[]')
  into v_taken
  from taken t;
  return v_taken;
end
$$;
comment on function public.messenger_take_neglected(integer) is
  'Takes connections for wpp-reconcile, the longest neglected first, and says of which nothing was '
  'heard for 10 minutes (is_silent). Those that another run has, or had within 20 s, are left out.';
revoke all on function public.messenger_take_neglected(integer) from public, anon, authenticated;
grant execute on function public.messenger_take_neglected(integer) to service_role;

-- Retention. --------------------------------------------------------------------------------------

-- One transaction may have the locks of several organizations: it takes them in the order of their
-- names, and nobody else has more than one.
create or replace function public.messenger_expire_messages(
  p_older_than interval default interval '5 minutes'
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_before constant timestamptz := now() - greatest(p_older_than, interval '1 minute');
  v_organization text;
  v_change bigint;
  v_message public.messenger_messages;
  v_count bigint := 0;
begin
  for v_organization in
    select distinct m.organization_id from public.messenger_messages m
    join public.messenger_sends s on s.message_id = m.id
    where m.status = 'sending' and s.attempt_started_at < v_before
    order by m.organization_id
  loop
    v_change := messenger_internal.lock_changes(v_organization);
    for v_message in
      select m.* from public.messenger_messages m
      join public.messenger_sends s on s.message_id = m.id
      where m.organization_id = v_organization and m.status = 'sending'
        and s.attempt_started_at < v_before
    loop
      v_message.status := 'unknown';
      v_message.error_code := 'delivery_unknown';
      v_change := messenger_internal.write_message(v_message, v_change);
      v_count := v_count + 1;
    end loop;
    perform messenger_internal.save_changes(v_organization, v_change);
  end loop;
  return v_count;
end
$$;
comment on function public.messenger_expire_messages(interval) is
  'For operators: marks sends that a dead isolate left sending as unknown. Returns how many.';
revoke all on function public.messenger_expire_messages(interval) from public, anon, authenticated;
grant execute on function public.messenger_expire_messages(interval) to service_role;

create or replace function public.messenger_delete_messages(p_older_than interval)
returns bigint language sql set search_path = '' as $$
  with deleted as (
    delete from public.messenger_sends s
    where s.attempt_started_at < now() - greatest(p_older_than, interval '1 day')
      and not exists (
        select from public.messenger_messages m
        where m.id = s.message_id and (m.status = 'sending' or m.chat_id is null))
    returning 1
  )
  select count(*) from deleted;
$$;
comment on function public.messenger_delete_messages(interval) is
  'For operators: forgets the idempotency keys of sends whose last attempt is that old (a day at '
  'least). The messages stay in their chats: messenger_delete_history deletes them. Returns how many.';
revoke all on function public.messenger_delete_messages(interval) from public, anon, authenticated;
grant execute on function public.messenger_delete_messages(interval) to service_role;

create or replace function public.messenger_delete_history(
  older_than interval,
  max_rows integer default 10000
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_before constant timestamptz := now() - greatest(older_than, interval '1 day');
  v_organization text;
  v_change bigint;
  v_chat_ids uuid[];
  v_chat_id uuid;
  v_count bigint;
begin
  select c.organization_id into v_organization from public.messenger_chats c
  where exists (
    select from public.messenger_messages m
    where m.chat_id = c.id and m.sent_at < v_before and m.status is distinct from 'sending')
  limit 1;
  if not found then
    return 0;
  end if;
  v_change := messenger_internal.lock_changes(v_organization);
  with deleted as (
    delete from public.messenger_messages m
    where m.id in (
      select o.id from public.messenger_chats c
      join public.messenger_messages o on o.chat_id = c.id
      where c.organization_id = v_organization
        and o.sent_at < v_before and o.status is distinct from 'sending'
      limit max_rows)
    returning m.chat_id
  )
  select array_agg(distinct d.chat_id), count(*) into v_chat_ids, v_count from deleted d;
  foreach v_chat_id in array coalesce(v_chat_ids, '{}') loop
    v_change := v_change + 1;
    perform messenger_internal.refresh_chat(v_chat_id, v_change);
  end loop;
  perform messenger_internal.save_changes(v_organization, v_change);
  return v_count;
end
$$;
comment on function public.messenger_delete_history(interval, integer) is
  'For operators: deletes messages that were sent that long ago (a day at least), those of one '
  'organization at a time. Returns how many: call it until that is 0. Nothing calls it by itself.';
revoke all on function public.messenger_delete_history(interval, integer)
  from public, anon, authenticated;
grant execute on function public.messenger_delete_history(interval, integer) to service_role;

create or replace function public.messenger_expire_events()
returns bigint language sql set search_path = '' as $$
  with receipts as (
    delete from public.messenger_receipts r where r.received_at < now() - interval '7 days'
    returning 1
  ), events as (
    delete from public.messenger_events e
    where e.kind = 'quarantined' and e.created_at < now() - interval '30 days'
    returning 1
  )
  select (select count(*) from receipts) + (select count(*) from events);
$$;
comment on function public.messenger_expire_events() is
  'For operators: deletes receipts that have waited for 7 days, and events that were not understood 30 '
  'days ago. A connection that receives does so by itself. Returns how many.';
revoke all on function public.messenger_expire_events() from public, anon, authenticated;
grant execute on function public.messenger_expire_events() to service_role;

-- Planned for the organization that it erases: a small one's rows are found by index.
create or replace function public.messenger_erase_organization(organization text)
returns jsonb language plpgsql set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
declare
  v_organization constant text := messenger_internal.canonical_organization(organization);
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(v_organization);
  v_session text;
  v_messages bigint;
  v_connections bigint;
begin
  perform messenger_internal.lock_connections(v_key::text);
  if v_organization is null then
    return jsonb_build_object('messages', 0, 'connections', 0);
  end if;
  perform messenger_internal.lock_changes(v_organization);
  select coalesce(i.session, i.id::text) into v_session
  from public.messenger_integrations i
  where i.organization_id = v_key
    and i.messenger_type = 'whatsapp' and i.provider = 'wpp'
    and (messenger_internal.stored_api_key(i.settings) is not null or i.claimed_until > now())
  limit 1;
  if found then
    raise exception 'The organization still has a connection: %.', v_session
      using hint = 'Call wpp-disconnect for each of its connections first: their numbers would stay '
        'connected at the platform, and nobody could end that.';
  end if;
  delete from public.messenger_messages m where m.organization_id = v_organization;
  get diagnostics v_messages = row_count;
  delete from public.messenger_chats c where c.organization_id = v_organization;
  delete from public.messenger_integrations i
  where i.organization_id = v_key and i.messenger_type = 'whatsapp' and i.provider = 'wpp';
  get diagnostics v_connections = row_count;
  delete from public.messenger_changes c where c.organization_id = v_organization;
  return jsonb_build_object('messages', v_messages, 'connections', v_connections);
end
$$;
comment on function public.messenger_erase_organization(text) is
  'For operators: deletes everything that these functions hold of an organization. Refuses while one '
  'of its connections is not disconnected. Returns how many messages and connections were deleted.';
revoke all on function public.messenger_erase_organization(text) from public, anon, authenticated;
grant execute on function public.messenger_erase_organization(text) to service_role;

notify pgrst, 'reload schema';
