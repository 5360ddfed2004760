/** A store with many rows, as calls and time would have left it. */

interface Executor {
  query(sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>;
}

export interface StoreSize {
  connections: number;
  chats: number;
  messages: number;
}

/** The number of the chat that has a tenth of all messages; the others have as many each. */
export const LONG_CHAT = "+79990000001";

/** From so many messages on, it takes less time to build their indexes than to keep them. */
const MANY_MESSAGES = 100_000;

/**
 * Fills an empty store, one row in each table where calls would write it. Half of the chats and messages
 * are of an organization that has a connection already, the others of as many organizations as there are
 * other connections, a fifth of which is disconnected.
 */
export async function fillStore(
  sql: Executor,
  size: StoreSize,
  organization: string,
): Promise<void> {
  await sql.query(CONNECTIONS, [size.connections - 1]);
  // Triggers would check a million keys that are good, and write the words of each chat by itself.
  for (const table of LARGE_TABLES) await sql.query(`alter table ${table} disable trigger all`);
  const indexes = size.messages < MANY_MESSAGES ? [] : await dropIndexes(sql);
  await sql.query(CHATS, [size.chats, organization]);
  await sql.query(WORDS);
  await sql.query(MESSAGES, [size.messages, size.chats, LONG_CHAT]);
  for (const statement of AFTER_MESSAGES) await sql.query(statement);
  for (const definition of indexes) await sql.query(definition);
  for (const table of LARGE_TABLES) await sql.query(`alter table ${table} enable trigger all`);
  const tables = await sql.query(`select format('%I.%I', schemaname, tablename) as name
    from pg_tables where schemaname = 'messenger_internal'
      or schemaname = 'public' and tablename like 'messenger\\_%'`);
  for (const { name } of tables) await sql.query(`vacuum analyze ${name}`);
}

const LARGE_TABLES = ["chats", "chat_words", "messages", "sends"].map((name) =>
  `messenger_${name}`
);

/** Those of constraints stay. Returns how the others are made again. */
async function dropIndexes(sql: Executor): Promise<string[]> {
  const indexes = await sql.query(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and not i.indisprimary
      and c.relname in (select jsonb_array_elements_text(($1::text)::jsonb))`,
    [JSON.stringify(LARGE_TABLES)],
  );
  for (const { name } of indexes) await sql.query(`drop index ${name}`);
  return indexes.map(({ definition }) => String(definition));
}

const CONNECTIONS = `
  insert into messenger_integrations (organization_id, status, wpp_primary, settings, webhook_digest,
    webhook_url, webhook_due_at, webhook_registered_at, last_event_at, reconciled_at)
  select md5(n::text), case when is_on then 'connected' else 'disconnected' end, true,
    jsonb_strip_nulls(jsonb_build_object(
      'session', lpad(n::text, 14, '9'), 'apiKey', case when is_on then md5('key' || n) end)),
    case when is_on then encode(sha256(n::text::bytea), 'hex') end, 'http://localhost/wpp-webhook',
    now() + interval '1 hour', now() - interval '30 days', now() - interval '1 hour',
    now() - interval '1 minute' - n * interval '10 ms'
      - case when is_on then interval '0' else interval '30 days' end
  from generate_series(1, $1::int) n, lateral (select n % 5 > 0 as is_on) o`;

const CHATS = `
  with connections as (
    select i.id, i.organization_id,
      row_number() over (order by i.organization_id = $2 desc, i.id) - 1 as place
    from messenger_integrations i
  )
  insert into messenger_chats
    (organization_id, integration_id, address, phone, kind, name, change, created_at)
  select c.organization_id, c.id, '7' || d.digits || '@c.us', '+7' || d.digits, 'person',
    'Contact ' || right(d.digits, 7), 2 * n - 1, now() - interval '30 days'
  from generate_series(1, $1::int) n
  cross join lateral (select '999' || lpad(n::text, 7, '0') as digits) d
  cross join (select count(*) - 1 as number from connections) others
  join connections c on c.place = case when n % 2 = 1 then 0 else 1 + (n / 2) % others.number end`;

/** As the trigger of the chats writes them. */
const WORDS = `
  insert into messenger_chat_words (chat_id, organization_id, word)
  select distinct c.id, c.organization_id, w.word
  from messenger_chats c
  cross join lateral (select substr(c.phone, 2) as digits) p
  cross join lateral unnest(messenger_internal.words_of(c.name)
    || array[digits, substr(digits, 2), substr(digits, 3), substr(digits, 4)]) w (word)`;

/** In the order of their time: those of one chat do not lie together. */
const MESSAGES = `
  insert into messenger_messages (organization_id, integration_id, chat_id, direction, source, kind,
    text, session, recipient, status, task_id, provider_message_id, wa_message_id, event_id, sent_at,
    created_at, updated_at, arrived, change, media, delivery)
  select m.organization_id, m.integration_id, m.id, case when is_in then 'in' else 'out' end,
    case when is_in then 'contact' else 'api' end, case when has_media then 'image' else 'text' end,
    'Message ' || place || ': see you tomorrow at the usual place', m.session,
    case when not is_in then m.phone end, case when not is_in then 'accepted' end,
    case when not is_in then 'task' || place end, upper(md5(place::text)),
    is_in || '_' || m.address || '_' || upper(md5(place::text)), case when is_in then 'e' || place end,
    sent_at, sent_at, sent_at, place * 2, place * 2,
    case when has_media then jsonb_build_object('state', 'stored', 'size', 70000,
      'mimetype', 'image/jpeg', 'path', 'folder/' || m.integration_id || '/' || place || '.jpg') end,
    case when not is_in then 'delivered' end
  from (
    select c.*, i.session, k % 2 = 1 as is_in,
      row_number() over (order by k::float8 / o.number, c.phone) as place
    from messenger_chats c
    join messenger_integrations i on i.id = c.integration_id
    cross join lateral (select case when c.phone = $3 then $1::int / 10
      else greatest(1, ($1::int - $1::int / 10) / ($2::int - 1)) end as number) o
    cross join lateral generate_series(1, o.number) k
  ) m
  cross join lateral (select now() - interval '30 days' * (1 - place::float8 / $1::int) as sent_at,
    place % 20 = 1 as has_media) t
  order by place`;

const AFTER_MESSAGES = [
  `update messenger_chats c set last_message_at = m.sent_at, change = m.change - 1,
      last_message = messenger_internal.preview(m), read_up_to = m.arrived - 1,
      unread_count = (m.direction = 'in')::int
    from (select chat_id, max(arrived) as arrived from messenger_messages group by 1) l
    join messenger_messages m on m.chat_id = l.chat_id and m.arrived = l.arrived
    where c.id = l.chat_id`,
  `insert into messenger_sends (message_id, organization_id, idempotency_key, request_fingerprint,
      attempt_id, attempt_started_at, request_id, echoed)
    select id, organization_id, id::text, encode(sha256(id::text::bytea), 'hex'), gen_random_uuid(),
      sent_at, gen_random_uuid(), true
    from messenger_messages where direction = 'out' order by arrived`,
  `insert into messenger_changes (organization_id, change)
    select organization_id, max(change) from messenger_messages group by 1`,
  `insert into messenger_receipts (integration_id, message_ref, delivery)
    select id, upper(md5(id::text)), 'read' from messenger_integrations`,
  `insert into messenger_events (organization_id, integration_id, kind, reason, body, size)
    select organization_id, id, 'quarantined', 'unknown_event', convert_to(repeat('x', 200), 'UTF8'), 200
    from messenger_integrations`,
  `insert into messenger_events (organization_id, integration_id, message_id, kind, url, due_at)
    select organization_id, integration_id, id, 'media', 'http://localhost/1', now() + interval '1 hour'
    from messenger_messages where change % 2000 = 0`,
  `insert into messenger_internal.unused_objects (path, due_at)
    select 'folder/' || id || '.jpg', now() + interval '1 hour' from messenger_integrations`,
];
