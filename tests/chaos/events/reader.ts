import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Reading } from "./evidence.ts";
import type { Observer } from "../observer.ts";

const PAUSE_MS = 200;

/**
 * One statement, and so one moment: the counters, the rows above what was read, and chats miscounted.
 * By the indexes alone: the more there is, the longer it would take.
 */
const POLL = `
  select
    (select coalesce(jsonb_object_agg(c.organization_id, c.change), '{}')
      from public.messenger_changes c) as counters,
    (select coalesce(jsonb_agg(jsonb_build_array(r.id, o.organization_id, r.change)), '[]')
      from public.messenger_changes o,
      lateral (select coalesce(($1::text::jsonb ->> o.organization_id)::bigint, 0) as change) seen,
      lateral (
        select c.id, c.change from public.messenger_chats c
        where c.organization_id = o.organization_id and c.change > seen.change
        union all
        select m.id, m.change from public.messenger_messages m
        where m.organization_id = o.organization_id and m.change > seen.change) r) as rows,
    (select coalesce(jsonb_agg(c.id), '[]') from public.messenger_chats c
      where c.unread_count <> (
        select count(*) from public.messenger_messages m
        where m.chat_id = c.id and m.direction = 'in' and m.arrived > c.read_up_to)) as miscounted`;

interface Poll {
  counters: Record<string, number>;
  rows: [id: string, organization: string, change: number][];
  miscounted: string[];
}

/** Reads what has changed since it last did, as a page does that is open. */
export class Reader {
  readonly #observer: Observer;
  readonly #reading: Reading = { polls: 0, rows: new Map(), wrong: [] };
  #read: Record<string, number> = {};
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(observer: Observer) {
    this.#observer = observer;
    this.#running = this.#run();
    this.#running.catch(() => {}); // stop() tells
  }

  /** What it has read, after once more. */
  async stop(): Promise<Reading> {
    this.#stopped = true;
    await this.#running;
    await this.#poll();
    return this.#reading;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#poll();
      await sleep(PAUSE_MS);
    }
  }

  async #poll(): Promise<void> {
    const [row] = await this.#observer.query(POLL, [JSON.stringify(this.#read)]);
    const { counters, rows, miscounted } = row as unknown as Poll;
    const { wrong } = this.#reading;
    for (const [id, organization, change] of rows) {
      if (change > counters[organization]) wrong.push(`${id} has a number above its counter`);
      this.#reading.rows.set(id, change);
    }
    for (const [organization, read] of Object.entries(this.#read)) {
      if (counters[organization] < read) wrong.push(`the counter of ${organization} went down`);
    }
    for (const id of miscounted) wrong.push(`${id} had another unread_count than unread messages`);
    this.#read = counters;
    this.#reading.polls++;
  }
}
