import { connectionRow } from "../connections/connection_row.ts";
import { z } from "../deps/zod.ts";
import type { Database } from "../store/database.ts";

const neglected = z.array(connectionRow.extend({ is_silent: z.boolean() }));
export type NeglectedConnection = z.output<typeof neglected>[number];

const count = z.number();

/** What the database does by itself when it is asked to, for all organizations. */
export class Upkeep {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** Connections to take care of, the longest neglected first, which no other run has. */
  async takeNeglected(maxRows: number): Promise<NeglectedConnection[]> {
    const data = await this.#database.call("messenger_take_neglected", { max_rows: maxRows });
    return neglected.parse(data);
  }

  /** Names dead sends, and deletes what was kept long enough. Returns how many rows. */
  async expire(): Promise<number> {
    const sends = await this.#database.call("messenger_expire_messages");
    const events = await this.#database.call("messenger_expire_events");
    return count.parse(sends) + count.parse(events);
  }

  /** Puts sends of earlier versions into chats, those of one organization. Returns how many. */
  async fillIn(maxRows: number): Promise<number> {
    const data = await this.#database.call("messenger_backfill", { max_rows: maxRows });
    return count.parse(data);
  }
}
