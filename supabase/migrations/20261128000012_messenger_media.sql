-- Media in Supabase Storage: the private bucket messenger-media. What came in is in
-- <folder>/<connection>/…, what members upload to send it in <folder>/outgoing/…, where <folder> is
-- messenger_folder of their organization. In the schema storage these migrations make the bucket and
-- two policies, no more; objects are removed through Storage's API, as a row is not the file.

-- Of the versions before media.
alter table public.messenger_events
  add column if not exists due_at timestamptz not null default now();
comment on column public.messenger_events.due_at is
  'When media is next tried to be stored.';
create index if not exists messenger_events_due_at_idx
  on public.messenger_events (due_at) where kind = 'media';
create index if not exists messenger_messages_media_path_idx
  on public.messenger_messages ((media ->> 'path')) where media ->> 'path' is not null;

-- What Storage has. ---------------------------------------------------------------------------------

create or replace function messenger_internal.find_object(p_organization text, p_path text)
returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_object jsonb;
begin
  if to_regclass('storage.objects') is null
    or split_part(p_path, '/', 1) <> public.messenger_folder(p_organization)
  then
    return null;
  end if;
  select jsonb_build_object('path', o.name, 'size', o.metadata -> 'size',
    'mimetype', o.metadata ->> 'mimetype')
  into v_object
  from storage.objects o where o.bucket_id = 'messenger-media' and o.name = p_path;
  return v_object;
end
$$;
comment on function messenger_internal.find_object(text, text) is
  'An object of the organization''s own folder, with its size and type as Storage has them; null where '
  'there is none, and for another organization''s.';
revoke all on function messenger_internal.find_object(text, text) from public;
grant execute on function messenger_internal.find_object(text, text) to service_role;

create or replace function messenger_internal.media_kind(p_mimetype text)
returns text language plpgsql immutable set search_path = '' as $$
begin
  return case
    when p_mimetype in ('image/png', 'image/jpeg', 'image/webp') then 'image'
    when p_mimetype like 'video/%' then 'video'
    when p_mimetype like 'audio/%' then 'audio'
    else 'document' end;
end
$$;
comment on function messenger_internal.media_kind(text) is
  'The kind of a message that sends a file of that type; a picture that WhatsApp does not show as one '
  'is a document.';
revoke all on function messenger_internal.media_kind(text) from public;
grant execute on function messenger_internal.media_kind(text) to service_role;

-- Media that came in and is not in Storage yet. -----------------------------------------------------

create or replace function public.messenger_take_media(max_rows integer)
returns jsonb language plpgsql set search_path = '' as $$
declare
  v_taken jsonb;
begin
  with due as (
    select e.id from public.messenger_events e
    where e.kind = 'media' and e.due_at <= now()
    order by e.due_at
    limit max_rows
    for update skip locked
  ), taken as (
    update public.messenger_events e
    set due_at = now()
      + greatest(interval '1 minute', least(interval '15 minutes', (now() - e.created_at) / 4))
    -- As an array, of which the planner expects ten: for a join it expects a tenth of the table.
    where e.id = any (array(select d.id from due d))
    returning e.*
  )
  select coalesce(jsonb_agg(messenger_internal.media_json(t, (
      select i from public.messenger_integrations i where i.id = t.integration_id)) order by t.id), '[]')
  into v_taken
  from taken t;
  return v_taken;
end
$$;
comment on function public.messenger_take_media(integer) is
  'Takes media that is to be stored now, the longest due first. It is due again in a minute, later '
  'in a quarter of its age (15 minutes at most), should nothing come of it. Those that another run has '
  'are left out.';
revoke all on function public.messenger_take_media(integer) from public, anon, authenticated;
grant execute on function public.messenger_take_media(integer) to service_role;

create or replace function messenger_internal.media_json(
  p_event public.messenger_events,
  p_connection public.messenger_integrations
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_message public.messenger_messages;
begin
  select m.* into v_message from public.messenger_messages m where m.id = p_event.message_id;
  return jsonb_build_object(
    'event_id', p_event.id,
    'folder', public.messenger_folder(p_event.organization_id),
    'integration_id', p_event.integration_id,
    'kind', v_message.kind,
    'mimetype', v_message.media ->> 'mimetype',
    'filename', v_message.media ->> 'filename',
    'url', p_event.url,
    'has_bytes', p_event.body is not null,
    'is_last_try', p_event.created_at < now() - interval '1 day',
    'integration', case when messenger_internal.is_in_use(p_connection)
      and messenger_internal.is_connection(p_connection)
      then messenger_internal.connection_json(p_connection) end);
end
$$;
comment on function messenger_internal.media_json(
  public.messenger_events, public.messenger_integrations) is
  'What the edge functions read of media that is to be stored. The integration is null once it was '
  'disconnected.';
revoke all on function messenger_internal.media_json(
  public.messenger_events, public.messenger_integrations) from public;
grant execute on function messenger_internal.media_json(
  public.messenger_events, public.messenger_integrations) to service_role;

create or replace function public.messenger_media_bytes(event_id bigint)
returns text language sql stable set search_path = '' as $$
  select translate(encode(e.body, 'base64'), E'\n', '')
  from public.messenger_events e where e.id = event_id and e.kind = 'media';
$$;
comment on function public.messenger_media_bytes(bigint) is
  'The bytes of media that is kept until it is in Storage, in base64 without line breaks.';
revoke all on function public.messenger_media_bytes(bigint) from public, anon, authenticated;
grant execute on function public.messenger_media_bytes(bigint) to service_role;

create or replace function messenger_internal.is_named(p_path text)
returns boolean language plpgsql stable set search_path = '' as $$
begin
  return exists (
    select from public.messenger_messages m
    where m.media ->> 'path' = p_path
      and m.media ->> 'path' is not null); -- so that the index serves, which leaves out others
end
$$;
comment on function messenger_internal.is_named(text) is
  'Whether a message has that object.';
revoke all on function messenger_internal.is_named(text) from public;
grant execute on function messenger_internal.is_named(text) to service_role;

create or replace function messenger_internal.finish_media(p_event_id bigint, p_media jsonb)
returns boolean language plpgsql set search_path = '' as $$
declare
  v_organization text;
  v_change bigint;
  v_message_id uuid;
  v_message public.messenger_messages;
begin
  select e.organization_id into v_organization from public.messenger_events e
  where e.id = p_event_id and e.kind = 'media';
  if not found then
    -- A call that Deno sent again, its connection broken, names the file that the message has by now.
    return messenger_internal.is_named(p_media ->> 'path');
  end if;
  v_change := messenger_internal.lock_changes(v_organization);
  delete from public.messenger_events e where e.id = p_event_id
  returning e.message_id into v_message_id;
  select m.* into v_message from public.messenger_messages m where m.id = v_message_id;
  if v_message.id is null then
    return false;
  end if;
  v_message.kind := coalesce(p_media ->> 'kind', v_message.kind);
  v_message.media := v_message.media || (p_media - 'kind');
  v_change := messenger_internal.write_message(v_message, v_change);
  perform messenger_internal.save_changes(v_organization, v_change);
  return true;
end
$$;
comment on function messenger_internal.finish_media(bigint, jsonb) is
  'Ends what media waited for. False where it was erased, or another run was faster.';
revoke all on function messenger_internal.finish_media(bigint, jsonb) from public;
grant execute on function messenger_internal.finish_media(bigint, jsonb) to service_role;

create or replace function public.messenger_media_stored(event_id bigint, media text)
returns boolean language plpgsql set search_path = '' as $$
begin
  return messenger_internal.finish_media(event_id, media::jsonb || '{"state": "stored"}');
end
$$;
comment on function public.messenger_media_stored(bigint, text) is
  'Notes that media is in Storage now: { path, mimetype, size, kind } as JSON. False where its message was '
  'erased, or another run stored it: then the object is to be removed.';
revoke all on function public.messenger_media_stored(bigint, text) from public, anon, authenticated;
grant execute on function public.messenger_media_stored(bigint, text) to service_role;

create or replace function public.messenger_media_failed(event_id bigint, reason text)
returns boolean language plpgsql set search_path = '' as $$
begin
  return messenger_internal.finish_media(
    event_id, jsonb_build_object('state', 'failed', 'reason', reason));
end
$$;
comment on function public.messenger_media_failed(bigint, text) is
  'Notes that media will never be stored, and why. False where its message was erased, or another run '
  'was faster.';
revoke all on function public.messenger_media_failed(bigint, text) from public, anon, authenticated;
grant execute on function public.messenger_media_failed(bigint, text) to service_role;

-- Objects that no message names. --------------------------------------------------------------------

create table if not exists messenger_internal.unused_objects (
  path text primary key,
  due_at timestamptz not null default now()
);
comment on table messenger_internal.unused_objects is
  'Objects whose message was deleted, until wpp-reconcile has removed them.';
comment on column messenger_internal.unused_objects.path is
  'In the bucket messenger-media.';
comment on column messenger_internal.unused_objects.due_at is
  'When it is next tried to be removed.';
create index if not exists unused_objects_due_at_idx
  on messenger_internal.unused_objects (due_at);
alter table messenger_internal.unused_objects enable row level security;
revoke all on table messenger_internal.unused_objects from public, anon, authenticated;
grant select, insert, update, delete on table messenger_internal.unused_objects to service_role;

create table if not exists messenger_internal.orphan_search (
  only_one boolean primary key default true check (only_one),
  searched_up_to text not null default ''
);
comment on table messenger_internal.orphan_search is
  'How far the search for uploads that were never sent has come: it looks at some objects at a time.';
comment on column messenger_internal.orphan_search.only_one is
  'There is one row.';
comment on column messenger_internal.orphan_search.searched_up_to is
  'The path that the last run ended with.';
alter table messenger_internal.orphan_search enable row level security;
revoke all on table messenger_internal.orphan_search from public, anon, authenticated;
grant select, insert, update, delete on table messenger_internal.orphan_search to service_role;

create or replace function messenger_internal.keep_path()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into messenger_internal.unused_objects (path) values (old.media ->> 'path')
  on conflict do nothing;
  return null;
end
$$;
comment on function messenger_internal.keep_path() is
  'Trigger: notes the object of a message that is deleted, by whomever. It has its owner''s rights, as '
  'an operator''s role need not know of it.';
revoke all on function messenger_internal.keep_path() from public;

create or replace trigger messenger_messages_keep_path
  after delete on public.messenger_messages
  for each row when (old.media ->> 'path' is not null)
  execute function messenger_internal.keep_path();

create or replace function messenger_internal.take_orphans(p_max_rows integer)
returns text[] language plpgsql set search_path = '' as $$
declare
  v_from text;
  v_last text;
  v_seen bigint;
  v_paths text[];
begin
  insert into messenger_internal.orphan_search default values on conflict do nothing;
  select s.searched_up_to into v_from from messenger_internal.orphan_search s
  for update skip locked;
  if not found then
    return '{}'; -- another run searches
  end if;
  select count(*), (array_agg(o.name order by o.name desc))[1],
    array_agg(o.name) filter (where o.created_at < now() - interval '1 day'
      and not messenger_internal.is_named(o.name))
  into v_seen, v_last, v_paths
  from (
    select s.name, s.created_at from storage.objects s
    where s.bucket_id = 'messenger-media' and s.name > v_from
    order by s.name limit p_max_rows
  ) o;
  update messenger_internal.orphan_search s
  set searched_up_to = case when v_seen = p_max_rows then v_last else '' end; -- from the start again
  return coalesce(v_paths, '{}');
end
$$;
comment on function messenger_internal.take_orphans(integer) is
  'Looks at some more objects, and returns those that are a day old and that no message names.';
revoke all on function messenger_internal.take_orphans(integer) from public;
grant execute on function messenger_internal.take_orphans(integer) to service_role;

create or replace function public.messenger_take_unused_media(max_rows integer)
returns jsonb language plpgsql set search_path = '' as $$
declare
  v_paths text[];
begin
  if to_regclass('storage.objects') is null then
    return '[]';
  end if;
  with due as (
    select u.path from messenger_internal.unused_objects u
    where u.due_at <= now() order by u.due_at limit max_rows
    for update skip locked
  ), needless as ( -- removed, or named by another message to which it was forwarded
    delete from messenger_internal.unused_objects u using due d
    where u.path = d.path and (
      messenger_internal.is_named(u.path)
      or not exists (
        select from storage.objects o where o.bucket_id = 'messenger-media' and o.name = u.path))
    returning u.path
  ), taken as (
    update messenger_internal.unused_objects u set due_at = now() + interval '1 minute'
    from due d where u.path = d.path and u.path not in (select n.path from needless n)
    returning u.path
  )
  select array_agg(t.path) into v_paths from taken t;
  return to_jsonb(coalesce(v_paths, '{}') || messenger_internal.take_orphans(1000));
end
$$;
comment on function public.messenger_take_unused_media(integer) is
  'Paths of objects to remove through Storage''s API: those of messages that were deleted, and those '
  'that no message names a day after they were uploaded. Each is told again until it is gone.';
revoke all on function public.messenger_take_unused_media(integer) from public, anon, authenticated;
grant execute on function public.messenger_take_unused_media(integer) to service_role;

-- The bucket. ---------------------------------------------------------------------------------------

create or replace function public.messenger_enable_media()
returns boolean language plpgsql set search_path = '' as $$
begin
  if to_regclass('storage.buckets') is null or to_regclass('storage.objects') is null then
    return false;
  end if;
  insert into storage.buckets as b (id, name, public, file_size_limit)
  values ('messenger-media', 'messenger-media', false, 64 * 1024 * 1024)
  on conflict (id) do update set public = false, file_size_limit = excluded.file_size_limit
  where b.public or b.file_size_limit is distinct from excluded.file_size_limit;

  drop policy if exists messenger_members_read on storage.objects;
  create policy messenger_members_read on storage.objects
    for select to authenticated
    using (bucket_id = 'messenger-media' and split_part(name, '/', 1)
      = (select public.messenger_folder((select public.messenger_organization_id()))));
  drop policy if exists messenger_members_upload on storage.objects;
  create policy messenger_members_upload on storage.objects
    for insert to authenticated
    with check (bucket_id = 'messenger-media' and split_part(name, '/', 1)
      = (select public.messenger_folder((select public.messenger_organization_id())))
      and split_part(name, '/', 2) = 'outgoing' and split_part(name, '/', 3) <> ''
      and name !~ '(^|/)\.{0,2}(/|$)'); -- no segment is empty, . or ..: to a disk it would be a way out
  return true;
end
$$;
comment on function public.messenger_enable_media() is
  'For operators: makes the private bucket messenger-media, which members of an organization read in '
  'their own folder and upload to in its folder outgoing. The migrations call it; where Supabase '
  'Storage is started for the first time after them, call it then. Returns whether Storage is there.';
revoke all on function public.messenger_enable_media() from public, anon, authenticated;

create or replace function public.messenger_check_media()
returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_bucket jsonb;
begin
  if to_regclass('storage.buckets') is not null then
    select jsonb_build_object('public', b.public, 'size_limit', b.file_size_limit) into v_bucket
    from storage.buckets b where b.id = 'messenger-media';
  end if;
  return jsonb_build_object(
    'storage', to_regclass('storage.objects') is not null,
    'bucket', v_bucket,
    'policies', (
      select count(*) from pg_policy p
      where p.polrelid = to_regclass('storage.objects')
        and p.polname in ('messenger_members_read', 'messenger_members_upload')));
end
$$;
comment on function public.messenger_check_media() is
  'For the doctor: whether Storage is there, the bucket ({ public, size_limit }, null: missing), and '
  'how many of the two policies.';
revoke all on function public.messenger_check_media() from public, anon, authenticated;
grant execute on function public.messenger_check_media() to service_role;

notify pgrst, 'reload schema';
