-- Push: an open page is told at once that something has changed, through Supabase Realtime. It is a
-- hint to read the rows, on the private channel messenger:<folder> of the organization. It holds ids
-- and numbers alone: Realtime keeps it for 72 hours, past erasure and lost memberships.

create or replace function messenger_internal.send_hint(
  p_organization text,
  p_event text,
  p_hint jsonb
) returns void language plpgsql set search_path = '' as $$
begin
  if to_regprocedure('realtime.send(jsonb,text,text,boolean)') is not null then
    -- It turns every error of its own into a warning, so that no write fails for a hint.
    perform realtime.send(
      p_hint, p_event, 'messenger:' || public.messenger_folder(p_organization), true);
  end if;
end
$$;
comment on function messenger_internal.send_hint(text, text, jsonb) is
  'Tells the pages of an organization, once the transaction commits; does nothing without Realtime.';
revoke all on function messenger_internal.send_hint(text, text, jsonb) from public;
grant execute on function messenger_internal.send_hint(text, text, jsonb) to service_role;

create or replace function messenger_internal.hint_change()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  -- The counter may be raised several times in a transaction: its last number is told, once.
  if exists (
    select from public.messenger_changes c
    where c.organization_id = new.organization_id and c.change = new.change)
  then
    perform messenger_internal.send_hint(
      new.organization_id, 'change', jsonb_build_object('change', new.change));
  end if;
  return null;
end
$$;
comment on function messenger_internal.hint_change() is
  'Trigger, at the end of a transaction: tells the number of the last change of chats or messages. It '
  'has its owner''s rights, as a member who marks a chat as read may not write to Realtime.';
revoke all on function messenger_internal.hint_change() from public;

create or replace function messenger_internal.hint_connection(
  p_row public.messenger_integrations
) returns void language plpgsql set search_path = '' as $$
begin
  perform messenger_internal.send_hint(
    messenger_internal.canonical_organization(p_row.organization_id::text), 'connection',
    jsonb_build_object('integrationId', p_row.id, 'session', p_row.session, 'status', p_row.status));
end
$$;
comment on function messenger_internal.hint_connection(public.messenger_integrations) is
  'Tells how a connection stands.';
revoke all on function messenger_internal.hint_connection(public.messenger_integrations) from public;
grant execute on function messenger_internal.hint_connection(public.messenger_integrations)
  to service_role;

create or replace function messenger_internal.hint_state()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform messenger_internal.hint_connection(new);
  return null;
end
$$;
comment on function messenger_internal.hint_state() is
  'Trigger: tells how a connection stands when that has changed, whoever wrote it.';
revoke all on function messenger_internal.hint_state() from public;

create or replace trigger messenger_wpp_hint_state
  after update on public.messenger_integrations
  for each row when (new.messenger_type = 'whatsapp' and new.provider = 'wpp'
    and (new.status is distinct from old.status or new.session is distinct from old.session))
  execute function messenger_internal.hint_state();

create or replace function public.messenger_enable_push()
returns boolean language plpgsql set search_path = '' as $$
begin
  if to_regclass('realtime.messages') is null then
    return false;
  end if;
  if not exists (
    select from pg_policy p
    where p.polrelid = 'realtime.messages'::regclass and p.polname = 'messenger_members_listen')
  then
    create policy messenger_members_listen on realtime.messages
      for select to authenticated
      using (extension = 'broadcast' and (select realtime.topic())
        = 'messenger:' || public.messenger_folder((select public.messenger_organization_id())));
  end if;
  return true;
end
$$;
comment on function public.messenger_enable_push() is
  'For operators: lets signed-in users listen to the channel of their organization. The migrations call '
  'it; where Supabase Realtime is started for the first time after them, call it then. Returns whether '
  'Realtime is there.';
revoke all on function public.messenger_enable_push() from public, anon, authenticated;

create or replace function messenger_internal.send_check(p_organization text)
returns void language sql security definer set search_path = '' as $$
  select messenger_internal.send_hint(p_organization, 'check', '{}');
$$;
comment on function messenger_internal.send_check(text) is
  'Sends a hint as the triggers do: with the rights of the functions'' owner.';
revoke all on function messenger_internal.send_check(text) from public;
grant execute on function messenger_internal.send_check(text) to service_role;

create or replace function public.messenger_check_push()
returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization constant text := 'check:' || gen_random_uuid(); -- nobody's channel
  v_has_realtime constant boolean := to_regclass('realtime.messages') is not null;
  v_is_stored boolean := false;
begin
  if v_has_realtime then
    perform messenger_internal.send_check(v_organization);
    select exists (
      select from realtime.messages m
      where m.topic = 'messenger:' || public.messenger_folder(v_organization)
        and m.inserted_at > now() - interval '1 minute')
    into v_is_stored;
  end if;
  return jsonb_build_object(
    'realtime', v_has_realtime,
    'policy', exists (
      select from pg_policy p
      where p.polrelid = to_regclass('realtime.messages')
        and p.polname = 'messenger_members_listen'),
    'stored', v_is_stored);
end
$$;
comment on function public.messenger_check_push() is
  'For the doctor: whether Realtime is there, whether members may listen, and whether a hint that is '
  'sent is stored, since realtime.send keeps its errors to itself.';
revoke all on function public.messenger_check_push() from public, anon, authenticated;
grant execute on function public.messenger_check_push() to service_role;

notify pgrst, 'reload schema';
