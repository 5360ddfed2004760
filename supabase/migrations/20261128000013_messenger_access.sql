-- Who may see what, last of all. Tables that these migrations made are closed to clients: no policy
-- and no grant. A table messenger_integrations that was there before stays as open as it was for the
-- rows of others; ours are hidden in it, since they hold secrets.

do $access$
declare
  v_is_ours constant boolean := (
    select m.made_by_us from messenger_internal.made_tables m where m.name = 'messenger_integrations');
  v_had_rls constant boolean := (
    select c.relrowsecurity from pg_class c where c.oid = 'public.messenger_integrations'::regclass);
  v_view record;
begin
  if v_is_ours then
    revoke all on table public.messenger_integrations from public, anon, authenticated;
  else
    drop policy if exists messenger_hide_wpp on public.messenger_integrations;
    create policy messenger_hide_wpp on public.messenger_integrations
      as restrictive for all to public
      using ((messenger_type = 'whatsapp' and provider = 'wpp') is not true
        or current_user = 'service_role');
    if not v_had_rls then
      drop policy if exists messenger_as_before on public.messenger_integrations;
      create policy messenger_as_before on public.messenger_integrations
        for all to public using (true);
      raise warning 'Row level security is now on for public.messenger_integrations, so that the rows of these functions are hidden. All other rows stay as open as they were.'
        using hint = 'The policy messenger_as_before keeps them so. Replace it by policies of your own.';
    end if;
  end if;

  for v_view in
    select distinct v.oid::regclass::text as name
    from pg_depend d
    join pg_rewrite r on r.oid = d.objid
    join pg_class v on v.oid = r.ev_class
    where d.classid = 'pg_rewrite'::regclass
      and d.refobjid = 'public.messenger_integrations'::regclass
      and v.oid <> 'public.messenger_integrations'::regclass
      and coalesce('security_invoker=true' = any (v.reloptions)
        or 'security_invoker=on' = any (v.reloptions), false) is false
  loop
    raise warning 'The view % reads public.messenger_integrations with its owner''s rights: it may show apiKeys and tokens to whoever may read the view.', v_view.name
      using hint = format('Drop it, or leave out the rows and columns of these functions: drop view %s;',
        v_view.name);
  end loop;
end
$access$;

alter table public.messenger_integrations enable row level security;
grant select, insert, update, delete on table public.messenger_integrations to service_role;

alter table public.messenger_changes enable row level security;
revoke all on table public.messenger_changes from public, anon, authenticated;
grant select on table public.messenger_changes to authenticated;
drop policy if exists messenger_members_read on public.messenger_changes;
create policy messenger_members_read on public.messenger_changes
  for select to authenticated
  using (organization_id = (select public.messenger_organization_id()));
grant select, insert, update, delete on table public.messenger_changes to service_role;

alter table public.messenger_chats enable row level security;
revoke all on table public.messenger_chats from public, anon, authenticated;
grant select on table public.messenger_chats to authenticated;
drop policy if exists messenger_members_read on public.messenger_chats;
create policy messenger_members_read on public.messenger_chats
  for select to authenticated
  using (organization_id = (select public.messenger_organization_id()));
grant select, insert, update, delete on table public.messenger_chats to service_role;

alter table public.messenger_messages enable row level security;
revoke all on table public.messenger_messages from public, anon, authenticated;
grant select on table public.messenger_messages to authenticated;
drop policy if exists messenger_members_read on public.messenger_messages;
create policy messenger_members_read on public.messenger_messages
  for select to authenticated
  using (organization_id = (select public.messenger_organization_id()));
grant select, insert, update, delete on table public.messenger_messages to service_role;

alter table public.messenger_sends enable row level security;
revoke all on table public.messenger_sends from public, anon, authenticated;
grant select, insert, update, delete on table public.messenger_sends to service_role;

alter table public.messenger_receipts enable row level security;
revoke all on table public.messenger_receipts from public, anon, authenticated;
grant select, insert, update, delete on table public.messenger_receipts to service_role;

alter table public.messenger_chat_words enable row level security;
revoke all on table public.messenger_chat_words from public, anon, authenticated;
grant select, insert, update, delete on table public.messenger_chat_words to service_role;

alter table public.messenger_events enable row level security;
revoke all on table public.messenger_events from public, anon, authenticated;
grant select, insert, update, delete on table public.messenger_events to service_role;
revoke all on sequence public.messenger_events_id_seq from public, anon, authenticated;

-- Whoever applies this may not be allowed to: push is then off, and everything else works.
do $push$
begin
  perform public.messenger_enable_push();
exception when insufficient_privilege then
  raise warning 'Pages are not told at once of what changes: %.', sqlerrm
    using hint = 'Call select messenger_enable_push(); as a role that may create policies on realtime.messages.';
end
$push$;

-- The same of the bucket and its policies: without it, what comes in waits, and media cannot be sent.
do $media$
begin
  perform public.messenger_enable_media();
exception when insufficient_privilege then
  raise warning 'Media cannot be stored: %.', sqlerrm
    using hint = 'Call select messenger_enable_media(); as a role that may write storage.buckets and create policies on storage.objects.';
end
$media$;

notify pgrst, 'reload schema';
