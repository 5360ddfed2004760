/** A store with many rows, and what a messenger reads of it. */

interface Executor {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** Half of them the organization shop's, half another's. */
export async function fillStore(
  sql: Executor,
  { chats, messagesPerChat }: { chats: number; messagesPerChat: number },
): Promise<void> {
  await sql.query(`insert into messenger_integrations (organization_id, settings)
    values ('shop', '{"apiKey": "k", "session": "1"}'), ('another', '{"apiKey": "k", "session": "2"}')`);
  await sql.query(
    `insert into messenger_chats (organization_id, integration_id, address, phone, kind, name,
      last_message_at, change)
    select i.organization_id, i.id, (70000000000 + n) || '@c.us', '+' || (70000000000 + n), 'person',
      'Contact ' || lpad(n::text, 7, '0'), now() - n * interval '1 min', n
    from messenger_integrations i, generate_series(1, $1::int / 2) n`,
    [chats],
  );
  await sql.query(
    `insert into messenger_messages (organization_id, integration_id, chat_id, direction, source, text,
      sent_at, arrived, change)
    select c.organization_id, c.integration_id, c.id, case n % 2 when 0 then 'in' else 'out' end,
      case n % 2 when 0 then 'contact' else 'api' end, 'Message ' || n, now() - n * interval '1 min',
      $1::int + c.change * $2::int + n, $1::int + c.change * $2::int + n
    from messenger_chats c, generate_series(1, $2::int) n`,
    [chats, messagesPerChat],
  );
  await sql.query(`insert into messenger_changes (organization_id, change)
    select organization_id, max(change) from messenger_messages group by 1`);
  for (const table of ["chats", "messages", "changes", "chat_words"]) {
    await sql.query(`analyze messenger_${table}`);
  }
}

const A_CHAT = "(select id from messenger_chats order by last_message_at desc nulls last limit 1)";

const NIL = "00000000-0000-0000-0000-000000000000";
const BEFORE = "(select change - 50 from messenger_changes)";

/** As PostgREST runs what the client asks for a member (client/chats.ts, messages.ts), and the index that each must go by. */
export const READS: Record<string, { query: string; index: string }> = {
  "chats by their last message": {
    query: "select * from messenger_chats order by last_message_at desc nulls last, id limit 51",
    index: "messenger_chats_last_message_at_idx",
  },
  "the next page of chats": {
    query: `select * from messenger_chats where last_message_at < now() - interval '100 min'
        or last_message_at = now() - interval '100 min' and id > '${NIL}'
        or last_message_at is null
      order by last_message_at desc nulls last, id limit 51`,
    index: "messenger_chats_last_message_at_idx",
  },
  "a thread's last page": {
    query: `select * from messenger_messages where chat_id = ${A_CHAT}
      order by sent_at desc, arrived desc limit 51`,
    index: "messenger_messages_thread_idx",
  },
  "an earlier page of a thread": {
    query: `select * from messenger_messages where chat_id = ${A_CHAT}
        and sent_at <= now() - interval '10 min'
        and (sent_at < now() - interval '10 min' or arrived < 0)
      order by sent_at desc, arrived desc limit 51`,
    index: "messenger_messages_thread_idx",
  },
  "messages that changed": {
    query: `select * from messenger_messages where change > ${BEFORE} order by change limit 500`,
    index: "messenger_messages_change_idx",
  },
  "chats that changed": {
    query: `select * from messenger_chats where change > ${BEFORE} order by change limit 500`,
    index: "messenger_chats_change_idx",
  },
};
