-- The message store: chats, their messages, and one counter for each organization. What members may
-- read is in chats and messages; what is the functions' alone is in the other tables.
--
-- Every write of a chat or a message goes through a function that locks the organization's counter
-- (messenger_internal.lock_changes) before it reads what it will change, gives each row that it writes
-- the next number, and ends with messenger_internal.save_changes. So the numbers are in the order of
-- commits, and whoever has read up to one misses nothing before it. Locks are always taken in this
-- order: a creation's advisory lock, the counter, chats, messages, connections.

create table if not exists public.messenger_changes (
  organization_id text primary key,
  change bigint not null default 0
) with (fillfactor = 50); -- room on the page, as each change writes the row again

comment on table public.messenger_changes is
  'One counter for each organization: the number of the last change of its chats and messages.';
comment on column public.messenger_changes.organization_id is
  'The tenant.';
comment on column public.messenger_changes.change is
  'The last number that was given to a row.';

create table if not exists public.messenger_chats (
  id uuid primary key default gen_random_uuid(),
  organization_id text not null,
  integration_id uuid not null references public.messenger_integrations (id) on delete cascade,
  address text not null,
  phone text,
  kind text not null check (kind in ('person', 'group', 'unknown')),
  name text,
  is_renamed boolean not null default false,
  last_message_at timestamptz,
  last_message jsonb,
  read_up_to bigint not null default 0,
  unread_count integer not null default 0,
  change bigint not null,
  created_at timestamptz not null default now()
);

comment on table public.messenger_chats is
  'Conversations: one for each contact or group of a connection.';
comment on column public.messenger_chats.id is
  'The chatId of the contract.';
comment on column public.messenger_chats.organization_id is
  'The tenant that the chat belongs to.';
comment on column public.messenger_chats.integration_id is
  'The connection that it is held through: replies go out through it.';
comment on column public.messenger_chats.address is
  'WhatsApp''s address that was last heard from, such as 79991112233@c.us, …@g.us or …@lid.';
comment on column public.messenger_chats.phone is
  'The contact''s number in E.164 form; null for groups and for contacts who hide theirs.';
comment on column public.messenger_chats.kind is
  'person, group, or unknown for what WhatsApp has besides.';
comment on column public.messenger_chats.name is
  'The contact''s own name for themselves, or the one that a member gave.';
comment on column public.messenger_chats.is_renamed is
  'Whether a member gave the name: then the contact''s own does not replace it.';
comment on column public.messenger_chats.last_message_at is
  'When its last message was sent.';
comment on column public.messenger_chats.last_message is
  '{ id, text (its first 200 characters), direction, kind, deleted } of the last message.';
comment on column public.messenger_chats.read_up_to is
  'Incoming messages that arrived by this number are read, by anybody of the organization.';
comment on column public.messenger_chats.unread_count is
  'How many incoming messages arrived after read_up_to.';
comment on column public.messenger_chats.change is
  'The number of the row''s last change.';
comment on column public.messenger_chats.created_at is
  'When the row was inserted.';

create unique index if not exists messenger_chats_address_key
  on public.messenger_chats (integration_id, address);
create index if not exists messenger_chats_phone_idx
  on public.messenger_chats (integration_id, phone) where phone is not null;
create index if not exists messenger_chats_change_idx
  on public.messenger_chats (organization_id, change);
create index if not exists messenger_chats_last_message_at_idx
  on public.messenger_chats (organization_id, last_message_at desc nulls last, id);

create table if not exists public.messenger_messages (
  id uuid primary key default gen_random_uuid(),
  integration_id uuid not null references public.messenger_integrations (id) on delete cascade,
  organization_id text not null,
  author text,
  session text,
  recipient text,
  text text,
  status text check (status in ('sending', 'accepted', 'failed', 'unknown')),
  task_id text,
  error_code text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);

-- Of the versions before the store: a ledger of sends. Its keys move to messenger_sends below.
alter table public.messenger_messages
  alter column session drop not null,
  alter column recipient drop not null,
  alter column text drop not null,
  alter column status drop not null,
  alter column status drop default;
do $$
begin
  if exists (
    select from pg_attribute a where a.attrelid = 'public.messenger_messages'::regclass
      and a.attname = 'created_by' and not a.attisdropped
  ) then
    alter table public.messenger_messages rename column created_by to author;
    alter table public.messenger_messages alter column author type text;
  end if;
end
$$;

alter table public.messenger_messages
  add column if not exists deleted_at timestamptz,
  add column if not exists chat_id uuid references public.messenger_chats (id) on delete cascade,
  add column if not exists direction text not null default 'out'
    check (direction in ('in', 'out')),
  add column if not exists source text not null default 'api'
    check (source in ('api', 'phone', 'contact')),
  add column if not exists kind text not null default 'text'
    check (kind in ('text', 'image', 'video', 'audio', 'voice', 'document', 'sticker', 'location',
      'contact', 'unknown')),
  add column if not exists sender text,
  add column if not exists provider_message_id text,
  add column if not exists wa_message_id text,
  add column if not exists event_id text,
  add column if not exists sent_at timestamptz not null default now(),
  add column if not exists arrived bigint,
  add column if not exists media jsonb,
  add column if not exists reactions jsonb not null default '[]',
  add column if not exists delivery text
    check (delivery in ('queued', 'sent', 'failed', 'delivered', 'read')),
  add column if not exists edited_at timestamptz,
  add column if not exists change bigint;

comment on table public.messenger_messages is
  'Messages, in and out. What is the functions'' alone of a send is in messenger_sends.';
comment on column public.messenger_messages.id is
  'The messageId of the contract.';
comment on column public.messenger_messages.integration_id is
  'The connection that the message came or went out through.';
comment on column public.messenger_messages.organization_id is
  'The tenant that the message belongs to.';
comment on column public.messenger_messages.chat_id is
  'Its conversation; null: sent by an earlier version, until messenger_backfill fills it in.';
comment on column public.messenger_messages.direction is
  'in or out.';
comment on column public.messenger_messages.source is
  'Who wrote it: the contact; api: wpp-send; phone: the connected phone itself.';
comment on column public.messenger_messages.kind is
  'What it is: text, image, video, audio, voice, document, sticker, location, contact, unknown.';
comment on column public.messenger_messages.text is
  'Its text, or the caption of its media.';
comment on column public.messenger_messages.author is
  'The user who sent it (sub of their claims); null: the project''s own server, or none of ours.';
comment on column public.messenger_messages.session is
  'The platform''s name of the account that it came or went out through.';
comment on column public.messenger_messages.recipient is
  'The phone number that it was sent to, in E.164 form.';
comment on column public.messenger_messages.sender is
  'Who wrote it in a group: a number in E.164 form, else an address of WhatsApp.';
comment on column public.messenger_messages.status is
  'Of handing a send over. sending: the platform may be working on it. accepted: it has a task. '
  'failed: it did not take it. unknown: nobody can tell, so it is never sent again. Null: no send.';
comment on column public.messenger_messages.delivery is
  'How far a message of ours has come: queued, sent, failed, delivered, read. It only rises.';
comment on column public.messenger_messages.error_code is
  'The code of the contract that the send ended with.';
comment on column public.messenger_messages.task_id is
  'The platform''s id of the accepted message.';
comment on column public.messenger_messages.provider_message_id is
  'WhatsApp''s own key of the message, where known.';
comment on column public.messenger_messages.wa_message_id is
  'The same id as the platform writes it, which it wants back.';
comment on column public.messenger_messages.event_id is
  'The platform''s id of the event that told of it, or request:… and the id of the request.';
comment on column public.messenger_messages.sent_at is
  'When it was sent, by the platform''s time where it tells one; never later than it came here.';
comment on column public.messenger_messages.arrived is
  'The number of the change that inserted it: the order in which messages came here.';
comment on column public.messenger_messages.media is
  '{ state (pending, stored, failed), reason, path in the bucket messenger-media, url where it was sent '
  'by that, mimetype, filename, size in bytes }.';
comment on column public.messenger_messages.reactions is
  '[{ by (me, a number or an address), emoji, at }], one for each who reacted.';
comment on column public.messenger_messages.edited_at is
  'When its text was changed; null: it was not.';
comment on column public.messenger_messages.deleted_at is
  'When it was deleted for everyone; null: it was not. Its text is kept.';
comment on column public.messenger_messages.change is
  'The number of the row''s last change; null as chat_id is.';
comment on column public.messenger_messages.created_at is
  'When the row was inserted.';
comment on column public.messenger_messages.updated_at is
  'When the row was last written.';

create table if not exists public.messenger_sends (
  message_id uuid primary key references public.messenger_messages (id) on delete cascade,
  organization_id text not null,
  idempotency_key text,
  request_fingerprint text not null,
  retryable boolean not null default false,
  attempt integer not null default 1,
  attempt_id uuid,
  attempt_started_at timestamptz not null default now(),
  request_id uuid,
  echoed boolean not null default false
);

comment on table public.messenger_sends is
  'The functions'' own part of a message that wpp-send sent, so that nothing is sent twice.';
comment on column public.messenger_sends.message_id is
  'The message; with the attempt, the platform gets it as Idempotency-Key.';
comment on column public.messenger_sends.organization_id is
  'The tenant that the message belongs to.';
comment on column public.messenger_sends.idempotency_key is
  'The caller''s key, unique in the organization; null where none was given.';
comment on column public.messenger_sends.request_fingerprint is
  'SHA-256 of the request, so that a key is not used for two requests.';
comment on column public.messenger_sends.retryable is
  'Whether the same idempotency key may try again: the platform did not take the message, and the reason may pass.';
comment on column public.messenger_sends.attempt is
  'Counts the attempts of one idempotency key, so that a late close of one does not close the next.';
comment on column public.messenger_sends.attempt_id is
  'The id that the function gave its last attempt: a repeated begin finds its own row by it.';
comment on column public.messenger_sends.attempt_started_at is
  'When the last attempt began.';
comment on column public.messenger_sends.request_id is
  'The x-request-id of the last attempt, by which its log line is found.';
comment on column public.messenger_sends.echoed is
  'Whether the platform told of this message as one of the phone: it does so once.';

-- Of the versions before the store. The keys move at once: one that were missing would send again.
do $$
begin
  if exists (
    select from pg_attribute a where a.attrelid = 'public.messenger_messages'::regclass
      and a.attname = 'request_fingerprint' and not a.attisdropped
  ) then
    -- The set of 2026-11-22 did not have these two.
    alter table public.messenger_messages
      add column if not exists attempt_id uuid,
      add column if not exists request_id uuid;
    -- Keys of earlier versions may be those of a UUID in capitals: see messenger_integrations.
    update public.messenger_messages m set organization_id = lower(m.organization_id)
    where m.organization_id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      and m.organization_id <> lower(m.organization_id)
      and not exists (
        select from public.messenger_messages o
        where o.organization_id = lower(m.organization_id) and o.idempotency_key = m.idempotency_key);
    insert into public.messenger_sends
      (message_id, organization_id, idempotency_key, request_fingerprint, retryable, attempt,
       attempt_id, attempt_started_at, request_id)
    select m.id, m.organization_id, m.idempotency_key, m.request_fingerprint, m.retryable, m.attempt,
      m.attempt_id, m.attempt_started_at, m.request_id
    from public.messenger_messages m
    on conflict do nothing;
    -- With the table's row type, which they have as argument.
    drop function if exists messenger_internal.begun(
      public.messenger_messages, public.messenger_integrations, text);
    drop function if exists messenger_internal.send_json(public.messenger_messages);
    alter table public.messenger_messages
      drop column idempotency_key,
      drop column request_fingerprint,
      drop column retryable,
      drop column attempt,
      drop column attempt_id,
      drop column attempt_started_at,
      drop column request_id;
  end if;
end
$$;

create unique index if not exists messenger_messages_provider_message_id_key
  on public.messenger_messages (integration_id, provider_message_id, direction)
  where provider_message_id is not null;
create unique index if not exists messenger_messages_event_id_key
  on public.messenger_messages (integration_id, event_id) where event_id is not null;
create index if not exists messenger_messages_task_id_idx
  on public.messenger_messages (integration_id, task_id);
create index if not exists messenger_messages_thread_idx
  on public.messenger_messages (chat_id, sent_at, arrived);
create index if not exists messenger_messages_incoming_idx
  on public.messenger_messages (chat_id, arrived) where direction = 'in';
create index if not exists messenger_messages_change_idx
  on public.messenger_messages (organization_id, change);
create index if not exists messenger_messages_status_sending_idx
  on public.messenger_messages (organization_id) where status = 'sending';
create index if not exists messenger_messages_without_chat_idx
  on public.messenger_messages (organization_id) where chat_id is null;
drop index if exists public.messenger_messages_created_at_idx;
drop index if exists public.messenger_messages_integration_idx;
create unique index if not exists messenger_sends_idempotency_key
  on public.messenger_sends (organization_id, idempotency_key) where idempotency_key is not null;
create unique index if not exists messenger_sends_attempt_id_key
  on public.messenger_sends (attempt_id);
create index if not exists messenger_sends_attempt_started_at_idx
  on public.messenger_sends (attempt_started_at);

-- Under row level security the planner does not know which organization asks, and takes it for one of
-- average size: with many small ones, it would read and sort all rows of a large one for each page. Told
-- that there are two, it goes by the index in whose order the page is, and stops there, from the next
-- analyze on.
alter table public.messenger_chats alter column organization_id set (n_distinct = 2);
alter table public.messenger_messages alter column organization_id set (n_distinct = 2);

create or replace trigger messenger_messages_set_updated_at
  before update on public.messenger_messages
  for each row execute function messenger_internal.set_updated_at();

create table if not exists public.messenger_receipts (
  integration_id uuid not null references public.messenger_integrations (id) on delete cascade,
  message_ref text not null,
  delivery text check (delivery in ('queued', 'sent', 'failed', 'delivered', 'read')),
  deleted_at timestamptz,
  provider_message_id text,
  wa_message_id text,
  reactions jsonb not null default '[]',
  edited_text text,
  edited_at timestamptz,
  received_at timestamptz not null default now(),
  primary key (integration_id, message_ref)
);
create index if not exists messenger_receipts_received_at_idx
  on public.messenger_receipts (integration_id, received_at);
create index if not exists messenger_receipts_expiring_idx
  on public.messenger_receipts (received_at);

comment on table public.messenger_receipts is
  'What was told of a message before the message itself: it waits here, for 7 days at most.';
comment on column public.messenger_receipts.integration_id is
  'The connection.';
comment on column public.messenger_receipts.message_ref is
  'The id that the platform used: of its task, or WhatsApp''s key.';
comment on column public.messenger_receipts.delivery is
  'The furthest that was told.';
comment on column public.messenger_receipts.deleted_at is
  'When it was told that the message is deleted for everyone.';
comment on column public.messenger_receipts.provider_message_id is
  'WhatsApp''s key, where message_ref is the task of the same message.';
comment on column public.messenger_receipts.wa_message_id is
  'The same as the platform writes it.';
comment on column public.messenger_receipts.reactions is
  'As in messenger_messages; an empty emoji takes one back.';
comment on column public.messenger_receipts.edited_text is
  'The text that the message was changed to.';
comment on column public.messenger_receipts.edited_at is
  'When it was changed to that.';
comment on column public.messenger_receipts.received_at is
  'When the first of it came.';

create table if not exists public.messenger_events (
  id bigint generated always as identity primary key,
  organization_id text not null,
  integration_id uuid not null references public.messenger_integrations (id) on delete cascade,
  message_id uuid references public.messenger_messages (id) on delete cascade,
  kind text not null check (kind in ('media', 'quarantined')),
  reason text,
  url text,
  body bytea,
  size integer not null default 0,
  created_at timestamptz not null default now()
);
create index if not exists messenger_events_integration_idx
  on public.messenger_events (integration_id, kind, created_at) include (size);
create index if not exists messenger_events_message_idx
  on public.messenger_events (message_id);
create index if not exists messenger_events_expiring_idx
  on public.messenger_events (created_at) where kind = 'quarantined';

comment on table public.messenger_events is
  'What came in and is not done: media that is not in Storage yet, and events that were not understood.';
comment on column public.messenger_events.id is
  'In the order of their arrival.';
comment on column public.messenger_events.organization_id is
  'The tenant.';
comment on column public.messenger_events.integration_id is
  'The connection that it came through.';
comment on column public.messenger_events.message_id is
  'The message that the media belongs to.';
comment on column public.messenger_events.kind is
  'media, or quarantined: not understood.';
comment on column public.messenger_events.reason is
  'Why it was not understood.';
comment on column public.messenger_events.url is
  'Where the platform has the media, where its bytes did not come along.';
comment on column public.messenger_events.body is
  'The media''s bytes, or the first 64 KiB of what was not understood.';
comment on column public.messenger_events.size is
  'The length of body in bytes.';
comment on column public.messenger_events.created_at is
  'When it came.';

-- At the end of the transaction, so that it is one hint however many rows were written.
drop trigger if exists messenger_changes_hint on public.messenger_changes;
create constraint trigger messenger_changes_hint
  after update on public.messenger_changes
  deferrable initially deferred
  for each row when (new.change <> old.change)
  execute function messenger_internal.hint_change();

create or replace function messenger_internal.lock_changes(p_organization text)
returns bigint language plpgsql set search_path = '' as $$
declare
  v_change bigint;
begin
  loop
    select c.change into v_change from public.messenger_changes c
    where c.organization_id = p_organization for update;
    if found then
      return v_change;
    end if;
    insert into public.messenger_changes (organization_id) values (p_organization)
    on conflict do nothing;
  end loop;
end
$$;
comment on function messenger_internal.lock_changes(text) is
  'Waits for whoever writes chats or messages of the organization; returns its counter.';
revoke all on function messenger_internal.lock_changes(text) from public;
grant execute on function messenger_internal.lock_changes(text) to service_role;

create or replace function messenger_internal.save_changes(p_organization text, p_change bigint)
returns void language plpgsql set search_path = '' as $$
begin
  update public.messenger_changes c set change = p_change
  where c.organization_id = p_organization and c.change <> p_change;
end
$$;
comment on function messenger_internal.save_changes(text, bigint) is
  'Ends what lock_changes began: the one place where it is known that something has changed.';
revoke all on function messenger_internal.save_changes(text, bigint) from public;
grant execute on function messenger_internal.save_changes(text, bigint) to service_role;

create or replace function messenger_internal.find_chat(
  p_integration_id uuid,
  p_address text,
  p_phone text
) returns public.messenger_chats language plpgsql stable set search_path = '' as $$
declare
  v_chat public.messenger_chats;
begin
  select c.* into v_chat from public.messenger_chats c
  where c.integration_id = p_integration_id and c.address = p_address;
  if not found and p_phone is not null then
    select c.* into v_chat from public.messenger_chats c
    where c.integration_id = p_integration_id and c.phone = p_phone
    order by c.last_message_at desc nulls last, c.id
    limit 1;
  end if;
  return v_chat;
end
$$;
comment on function messenger_internal.find_chat(uuid, text, text) is
  'A connection''s chat of that address, else of that number; a row of nulls where there is none.';
revoke all on function messenger_internal.find_chat(uuid, text, text) from public;
grant execute on function messenger_internal.find_chat(uuid, text, text) to service_role;

create or replace function messenger_internal.obtain_chat(
  p_connection public.messenger_integrations,
  p_organization text,
  p_address text,
  p_phone text,
  p_kind text,
  p_change bigint
) returns public.messenger_chats language plpgsql set search_path = '' as $$
declare
  v_chat public.messenger_chats :=
    messenger_internal.find_chat(p_connection.id, p_address, p_phone);
begin
  if v_chat.id is null then
    insert into public.messenger_chats
      (organization_id, integration_id, address, phone, kind, change)
    values (p_organization, p_connection.id, p_address, p_phone, p_kind, p_change)
    returning * into v_chat;
  end if;
  return v_chat;
end
$$;
comment on function messenger_internal.obtain_chat(
  public.messenger_integrations, text, text, text, text, bigint) is
  'The same, made where there is none. The caller holds lock_changes, and writes the chat again.';
revoke all on function messenger_internal.obtain_chat(
  public.messenger_integrations, text, text, text, text, bigint) from public;
grant execute on function messenger_internal.obtain_chat(
  public.messenger_integrations, text, text, text, text, bigint) to service_role;

create or replace function messenger_internal.preview(p_message public.messenger_messages)
returns jsonb language plpgsql immutable set search_path = '' as $$
begin
  return jsonb_build_object(
    'id', p_message.id,
    'text', left(p_message.text, 200),
    'direction', p_message.direction,
    'kind', p_message.kind,
    'deleted', p_message.deleted_at is not null);
end
$$;
comment on function messenger_internal.preview(public.messenger_messages) is
  'What a list of chats shows of the last message.';
revoke all on function messenger_internal.preview(public.messenger_messages) from public;
grant execute on function messenger_internal.preview(public.messenger_messages) to service_role;

create or replace function messenger_internal.refresh_chat(p_chat_id uuid, p_change bigint)
returns void language plpgsql set search_path = '' as $$
declare
  v_last public.messenger_messages;
begin
  select m.* into v_last from public.messenger_messages m
  where m.chat_id = p_chat_id order by m.sent_at desc, m.arrived desc limit 1;
  update public.messenger_chats c set
    last_message_at = v_last.sent_at,
    last_message = case when v_last.id is not null then messenger_internal.preview(v_last) end,
    unread_count = (select count(*) from public.messenger_messages m
      where m.chat_id = p_chat_id and m.direction = 'in' and m.arrived > c.read_up_to),
    change = p_change
  where c.id = p_chat_id;
end
$$;
comment on function messenger_internal.refresh_chat(uuid, bigint) is
  'Finds a chat''s last message and its unread ones anew. The caller holds lock_changes.';
revoke all on function messenger_internal.refresh_chat(uuid, bigint) from public;
grant execute on function messenger_internal.refresh_chat(uuid, bigint) to service_role;

create or replace function messenger_internal.delivery_rank(p_delivery text)
returns integer language plpgsql immutable set search_path = '' as $$
begin
  return array_position(array['queued', 'sent', 'failed', 'delivered', 'read'], p_delivery);
end
$$;
comment on function messenger_internal.delivery_rank(text) is
  'Receipts only rise. failed is above sent, as only what was not delivered can fail, and below delivered, which proves it wrong.';
revoke all on function messenger_internal.delivery_rank(text) from public;
grant execute on function messenger_internal.delivery_rank(text) to service_role;

create or replace function messenger_internal.highest_delivery(p_one text, p_other text)
returns text language plpgsql immutable set search_path = '' as $$
begin
  if p_one is null or messenger_internal.delivery_rank(p_other)
    > messenger_internal.delivery_rank(p_one)
  then
    return p_other;
  end if;
  return p_one;
end
$$;
comment on function messenger_internal.highest_delivery(text, text) is
  'The further of two; null where both are.';
revoke all on function messenger_internal.highest_delivery(text, text) from public;
grant execute on function messenger_internal.highest_delivery(text, text) to service_role;

create or replace function messenger_internal.put_in_chat(
  p_chat public.messenger_chats,
  p_message public.messenger_messages,
  p_reads boolean, -- whoever wrote it has read what came before
  p_change bigint
) returns void language plpgsql set search_path = '' as $$
declare
  v_is_last constant boolean :=
    coalesce(p_chat.last_message_at <= p_message.sent_at, true);
begin
  update public.messenger_chats c set
    last_message_at = case when v_is_last then p_message.sent_at else c.last_message_at end,
    last_message = case when v_is_last then messenger_internal.preview(p_message)
      else c.last_message end,
    read_up_to = case when p_reads then greatest(c.read_up_to, p_message.arrived)
      else c.read_up_to end,
    unread_count = case when p_reads then 0
      when p_message.direction = 'in' then c.unread_count + 1
      else c.unread_count end,
    address = p_chat.address,
    phone = p_chat.phone,
    name = p_chat.name,
    change = p_change
  where c.id = p_chat.id;
end
$$;
comment on function messenger_internal.put_in_chat(
  public.messenger_chats, public.messenger_messages, boolean, bigint) is
  'Brings a chat up to date after one more message. The caller holds lock_changes.';
revoke all on function messenger_internal.put_in_chat(
  public.messenger_chats, public.messenger_messages, boolean, bigint) from public;
grant execute on function messenger_internal.put_in_chat(
  public.messenger_chats, public.messenger_messages, boolean, bigint) to service_role;

notify pgrst, 'reload schema';
