/** Members who read the store by the typed client, and the rows to compare with. */
import {
  type Chat,
  createWppClient,
  type Message,
  type WppClient,
} from "../../client/wpp_client.ts";
import { incoming, person, type Row, Shop } from "./store.ts";
import type { Sql } from "./sql.ts";
import type { World } from "./world.ts";

/** An organization with a connection, and a member's client. */
export interface Member {
  shop: Shop;
  wpp: WppClient;
}

export async function member(world: World): Promise<Member> {
  const shop = await Shop.create(world.database as unknown as Sql);
  const supabase = await world.signIn({ app_metadata: { organization_id: shop.organization } });
  return { shop, wpp: createWppClient(supabase) };
}

export const phone = (index: number) => `+7999${String(1_000_000 + index)}`;

/** A message of each of so many contacts. */
export const fromMany = (count: number, changes: (index: number) => Row = () => ({})) =>
  Array.from({ length: count }, (_, i) => incoming({ chat: person(phone(i)), ...changes(i) }));

export const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);

/** All pages, one after the other. */
export async function allChats(wpp: WppClient, limit: number, search?: string): Promise<Chat[][]> {
  const pages: Chat[][] = [];
  for (let before: Chat | undefined, more = true; more; before = pages.at(-1)!.at(-1)) {
    const page = await wpp.chats({ before, limit, search });
    pages.push(page.chats);
    more = page.more;
  }
  return pages;
}

export async function allMessages(
  wpp: WppClient,
  chatId: string,
  limit: number,
): Promise<Message[][]> {
  const pages: Message[][] = [];
  for (let before: Message | undefined, more = true; more; before = pages.at(-1)!.at(-1)) {
    const page = await wpp.messages(chatId, { before, limit });
    pages.push(page.messages);
    more = page.more;
  }
  return pages;
}

/** Rows with their times as PostgREST writes them: Supabase Lite's `select` leaves them as Postgres does. */
export function withTimes<T>(rows: T): T {
  const times = /"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?\+00)"/g;
  return JSON.parse(JSON.stringify(rows).replaceAll(times, '"$1T$2:00"'));
}

/** The rows of a table as JSON has them, in this order. */
export async function stored<T>(
  { sql, organization }: Shop,
  table: string,
  order: string,
): Promise<T[]> {
  const rows = await sql.query(
    `select to_jsonb(t) as row from ${table} t where organization_id = $1 order by ${order}`,
    [organization],
  );
  return rows.map(({ row }) => row as T);
}

export const NEWEST_CHATS = "last_message_at desc nulls last, id";
