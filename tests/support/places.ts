/** Where in a filled store is read, spread over all chats and messages of its large organization. */
import { LONG_CHAT } from "./filled_store.ts";
import type { Place } from "./member_reads.ts";

type Query = (sql: string, parameters?: unknown[]) => Promise<Record<string, unknown>[]>;

/** With a message of the chat that was sent. */
export type FilledPlace = Place & { taskId: string };

/** At most so many, in no order. */
export async function placesIn(
  query: Query,
  organization: string,
  count: number,
): Promise<FilledPlace[]> {
  const rows = await query(PLACES, [organization, LONG_CHAT, count]);
  return rows.map((row) => ({
    ...row,
    arrived: Number(row.arrived),
    change: Number(row.change),
  })) as unknown as FilledPlace[];
}

const PLACES = `
  with chats as (
    select c.*, row_number() over (order by c.phone) as n, count(*) over () as number
    from messenger_chats c where c.organization_id = $1 and c.phone <> $2
  ), messages as (
    select m.*, row_number() over (order by m.arrived) as n, count(*) over () as number
    from messenger_messages m
    where m.chat_id = (select id from messenger_chats where phone = $2)
  ), last_chat as (
    select c.id, c.last_message_at from messenger_chats c where c.organization_id = $1
    order by c.last_message_at desc nulls last, c.id offset 20 limit 1
  )
  select m.chat_id as "longChatId", m.sent_at::text as "sentAt", m.arrived,
    c.id as "chatId", 'contact ' || right(c.phone, 7) as name, c.phone,
    l.id as "lastChatId", l.last_message_at::text as "lastChatAt",
    (select change - 50 from messenger_changes where organization_id = $1) as change,
    (select s.task_id from messenger_messages s where s.chat_id = c.id and s.task_id is not null
      order by s.arrived limit 1) as "taskId"
  from generate_series(1, $3::int) g
  join messages m on m.n = 1 + g * (m.number - 1) / $3::int
  join chats c on c.n = 1 + g * (c.number - 1) / $3::int
  cross join last_chat l
  order by md5(g::text)`;
