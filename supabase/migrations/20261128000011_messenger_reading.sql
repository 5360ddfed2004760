-- What signed-in users do with the store themselves, through PostgREST: they read the rows of their
-- organization (policies are in `…_messenger_access.sql`), follow what changes, and keep their chats.

create or replace function public.messenger_organization_id()
returns text language plpgsql stable security definer set search_path = '' as $$
declare
  v_claims constant text := nullif(current_setting('request.jwt.claims', true), '');
begin
  if v_claims::jsonb ->> 'role' is distinct from 'authenticated' then
    return null;
  end if;
  return messenger_internal.organization_of(v_claims, null);
end
$$;
comment on function public.messenger_organization_id() is
  'The organization of the user whose request this is, by messenger_organization_of; else null.';
revoke all on function public.messenger_organization_id() from public, anon;
grant execute on function public.messenger_organization_id() to authenticated, service_role;

create or replace function public.messenger_mark_chat_read(chat_id uuid, up_to_change bigint)
returns void language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  v_organization constant text := public.messenger_organization_id();
  v_change bigint;
begin
  if messenger_mark_chat_read.up_to_change is null or not exists (
    select from public.messenger_chats c
    where c.id = messenger_mark_chat_read.chat_id and c.organization_id = v_organization)
  then
    return;
  end if;
  v_change := messenger_internal.lock_changes(v_organization);
  perform messenger_internal.mark_read(
    messenger_mark_chat_read.chat_id, messenger_mark_chat_read.up_to_change, v_change);
end
$$;
comment on function public.messenger_mark_chat_read(uuid, bigint) is
  'For signed-in users: what came into a chat of their organization by that change is read.';
revoke all on function public.messenger_mark_chat_read(uuid, bigint) from public, anon;
grant execute on function public.messenger_mark_chat_read(uuid, bigint)
  to authenticated, service_role;

create or replace function messenger_internal.mark_read(
  p_chat_id uuid,
  p_up_to_change bigint,
  p_change bigint
) returns void language plpgsql set search_path = '' as $$
declare
  v_chat public.messenger_chats;
  v_read_up_to bigint;
  v_unread bigint;
begin
  select c.* into v_chat from public.messenger_chats c where c.id = p_chat_id;
  v_read_up_to := greatest(v_chat.read_up_to, least(p_up_to_change, p_change));
  select count(*) into v_unread from public.messenger_messages m
  where m.chat_id = p_chat_id and m.direction = 'in' and m.arrived > v_read_up_to;
  if v_unread = v_chat.unread_count then
    return; -- nothing that shows
  end if;
  update public.messenger_chats c set
    read_up_to = v_read_up_to, unread_count = v_unread, change = p_change + 1
  where c.id = p_chat_id;
  perform messenger_internal.save_changes(v_chat.organization_id, p_change + 1);
end
$$;
comment on function messenger_internal.mark_read(uuid, bigint, bigint) is
  'Moves a chat''s read_up_to forward. The caller holds lock_changes.';
revoke all on function messenger_internal.mark_read(uuid, bigint, bigint) from public;
grant execute on function messenger_internal.mark_read(uuid, bigint, bigint) to service_role;

-- Without JIT: what the planner expects grows with the store, and from some millions of messages on it
-- would compile each call, which takes thirty times as long as the call.
create or replace function public.messenger_changes_since(
  since bigint default null,
  max_rows integer default 500
) returns jsonb language sql stable set search_path = '' set jit = 'off' as $$
  with caller as (
    select public.messenger_organization_id() as organization
  ), counter as (
    select c.organization_id, c.change from public.messenger_changes c
    where c.organization_id = (select o.organization from caller o)
  ), bound as (
    select greatest(1, least(max_rows, 1000)) as max_rows
  ), chats as (
    select c.* from public.messenger_chats c
    where c.organization_id = (select o.organization_id from counter o) and c.change > since
    order by c.change limit (select b.max_rows + 1 from bound b)
  ), messages as (
    select m.* from public.messenger_messages m
    where m.organization_id = (select o.organization_id from counter o) and m.change > since
    order by m.change limit (select b.max_rows + 1 from bound b)
  ), numbers as (
    select n.change, row_number() over (order by n.change) as place
    from (select c.change from chats c union all select m.change from messages m) n
  ), page as (
    select exists (select from numbers n, bound b where n.place > b.max_rows) as more,
      (select n.change from numbers n, bound b where n.place = b.max_rows) as last_change
  ), upto as (
    select p.more, case when p.more then p.last_change
      else coalesce((select o.change from counter o), 0) end as change
    from page p
  )
  select jsonb_build_object(
    'change', u.change,
    'chats', (select coalesce(jsonb_agg(to_jsonb(c) order by c.change), '[]') from chats c
      where c.change <= u.change),
    'messages', (select coalesce(jsonb_agg(to_jsonb(m) order by m.change), '[]') from messages m
      where m.change <= u.change),
    'more', u.more,
    'topic', 'messenger:' || public.messenger_folder((select o.organization from caller o)))
  from upto u;
$$;
comment on function public.messenger_changes_since(bigint, integer) is
  'For signed-in users: the rows of their chats and messages that changed after that number, in the '
  'order of their changes, the number to ask with next, and the topic of the channel that tells of the '
  'next ones. Without a number: the present one. A number that is lower than the one asked with says '
  'that the organization was erased meanwhile.';
revoke all on function public.messenger_changes_since(bigint, integer) from public, anon;
grant execute on function public.messenger_changes_since(bigint, integer)
  to authenticated, service_role;

create or replace function public.messenger_rename_chat(chat_id uuid, name text)
returns boolean language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  v_organization constant text := public.messenger_organization_id();
  v_name constant text := nullif(btrim(messenger_rename_chat.name), '');
  v_change bigint;
begin
  if char_length(v_name) > 100 or v_name ~ '[\u0001-\u001F\u007F-\u009F]' then
    raise exception 'A name has at most 100 characters, and no control characters.'
      using errcode = 'invalid_parameter_value';
  end if;
  if v_organization is null then
    return false;
  end if;
  v_change := messenger_internal.lock_changes(v_organization) + 1;
  update public.messenger_chats c
  set name = v_name, is_renamed = v_name is not null, change = v_change
  where c.id = messenger_rename_chat.chat_id and c.organization_id = v_organization;
  if not found then
    return false;
  end if;
  perform messenger_internal.save_changes(v_organization, v_change);
  return true;
end
$$;
comment on function public.messenger_rename_chat(uuid, text) is
  'For signed-in users: names a chat of their organization; an empty name gives it back to the '
  'contact''s own, with their next message. Returns whether there is such a chat.';
revoke all on function public.messenger_rename_chat(uuid, text) from public, anon;
grant execute on function public.messenger_rename_chat(uuid, text) to authenticated, service_role;

create or replace function public.messenger_erase_chat(chat_id uuid)
returns boolean language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  v_organization constant text := public.messenger_organization_id();
begin
  if v_organization is null then
    return false;
  end if;
  perform messenger_internal.lock_changes(v_organization);
  delete from public.messenger_chats c
  where c.id = messenger_erase_chat.chat_id and c.organization_id = v_organization;
  return found;
end
$$;
comment on function public.messenger_erase_chat(uuid) is
  'For signed-in users: deletes a chat of their organization with its messages here, not at WhatsApp. '
  'Pages that are open show it until they load again. Returns whether there was such a chat.';
revoke all on function public.messenger_erase_chat(uuid) from public, anon;
grant execute on function public.messenger_erase_chat(uuid) to authenticated, service_role;

-- Search, by the beginnings of a name's words and of a number. The words are in rows of their own,
-- since a chat's row is written with each message, and an index on its words would be, too.

create table if not exists public.messenger_chat_words (
  chat_id uuid not null references public.messenger_chats (id) on delete cascade,
  organization_id text not null,
  word text collate "C" not null,
  primary key (chat_id, word)
);
create index if not exists messenger_chat_words_word_idx
  on public.messenger_chat_words (organization_id, word, chat_id);

comment on table public.messenger_chat_words is
  'By what a chat is found: the words of its name, and its number with and without country code.';
comment on column public.messenger_chat_words.chat_id is
  'The chat.';
comment on column public.messenger_chat_words.organization_id is
  'The tenant.';
comment on column public.messenger_chat_words.word is
  'In lower case; of the number, its digits.';

create or replace function messenger_internal.words_of(p_text text)
returns text[] language plpgsql immutable set search_path = '' as $$
begin
  return array(
    select distinct w.word
    from regexp_split_to_table(lower(p_text), '[^[:alnum:]]+') w (word)
    where w.word <> '');
end
$$;
comment on function messenger_internal.words_of(text) is
  'The words of a text, in lower case, each once.';
revoke all on function messenger_internal.words_of(text) from public;
grant execute on function messenger_internal.words_of(text) to service_role;

create or replace function messenger_internal.write_words()
returns trigger language plpgsql set search_path = '' as $$
declare
  v_digits constant text := substr(new.phone, 2);
begin
  delete from public.messenger_chat_words w where w.chat_id = new.id;
  insert into public.messenger_chat_words (chat_id, organization_id, word)
  select distinct new.id, new.organization_id, w.word
  from unnest(messenger_internal.words_of(new.name)
    -- People look for a number as they dial it at home: a country code has one to three digits.
    || array[v_digits, substr(v_digits, 2), substr(v_digits, 3), substr(v_digits, 4)]) w (word)
  where w.word <> '';
  return null;
end
$$;
comment on function messenger_internal.write_words() is
  'Trigger: keeps messenger_chat_words.';
revoke all on function messenger_internal.write_words() from public;

create or replace trigger messenger_chats_write_words_of_new
  after insert on public.messenger_chats
  for each row execute function messenger_internal.write_words();
create or replace trigger messenger_chats_write_words
  after update on public.messenger_chats
  for each row when (old.name is distinct from new.name or old.phone is distinct from new.phone)
  execute function messenger_internal.write_words();

create or replace function public.messenger_search_chats(
  search text,
  max_rows integer default 50
) returns setof public.messenger_chats
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization constant text := public.messenger_organization_id();
  -- The longest first, as it is in the fewest chats. A trunk prefix is no part of a stored number.
  v_words constant text[] := array(
    select w.word from unnest(messenger_internal.words_of(
      regexp_replace(search, '^[\s(]*0+(?=\d)|(?<=\d)[\s().-]+(?=\d)', '', 'g'))) w (word)
    order by char_length(w.word) desc, w.word);
begin
  return query
    select c.* from public.messenger_chats c
    where c.organization_id = v_organization
      and c.id in (
        select w.chat_id from public.messenger_chat_words w
        where w.organization_id = v_organization
          and w.word >= v_words[1] and w.word < v_words[1] || U&'\+10FFFF')
      and not exists (
        select from unnest(v_words[2:]) o (word)
        where not exists (
          select from public.messenger_chat_words w
          where w.chat_id = c.id and w.word >= o.word and w.word < o.word || U&'\+10FFFF'))
    order by c.last_message_at desc nulls last, c.id
    limit greatest(1, least(max_rows, 200));
end
$$;
comment on function public.messenger_search_chats(text, integer) is
  'For signed-in users: chats of their organization in whose name or number each of these words '
  'begins a word, the last active one first. A number may be written as it is dialled.';
revoke all on function public.messenger_search_chats(text, integer) from public, anon;
grant execute on function public.messenger_search_chats(text, integer)
  to authenticated, service_role;

notify pgrst, 'reload schema';
