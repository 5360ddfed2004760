import { connectionRow } from "../connections/connection_row.ts";
import { z } from "../deps/zod.ts";
import { decodeBase64 } from "../lib/base64.ts";
import type { Database } from "../store/database.ts";

/** Media whose message is there and whose file is not in Storage yet (messenger_internal.media_json). */
export const waitingFile = z.object({
  event_id: z.number(),
  folder: z.string(),
  integration_id: z.string(),
  kind: z.string(),
  mimetype: z.string().nullable(),
  filename: z.string().nullable(),
  /** Where the platform has it; else its bytes are in the database. */
  url: z.string().nullable(),
  has_bytes: z.boolean(),
  is_last_try: z.boolean(),
  integration: connectionRow.nullable(),
});
export type WaitingFile = z.output<typeof waitingFile>;

/** What is told of a file that is in Storage. */
export interface StoredMedia {
  path: string;
  mimetype: string;
  size: number;
}

const waitingFiles = z.array(waitingFile);
const paths = z.array(z.string());

/** Files that came in and are not in Storage yet, and those in it that no message has any more. */
export class WaitingMedia {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** The same, for work that outlives its request. */
  detached(): WaitingMedia {
    return new WaitingMedia({ database: this.#database.detached() });
  }

  /** Files to store now, the longest due first, which no other run has. */
  async take(maxRows: number): Promise<WaitingFile[]> {
    const data = await this.#database.call("messenger_take_media", { max_rows: maxRows });
    return waitingFiles.parse(data);
  }

  /** Bytes that are in the database; `undefined` once they were stored or erased. */
  async bytes({ event_id }: WaitingFile): Promise<Uint8Array | undefined> {
    const base64 = await this.#database.callForBytes("messenger_media_bytes", { event_id });
    return base64 && decodeBase64(base64);
  }

  /** Returns whether the message has the file now; where not, it is to be removed. */
  async stored({ event_id }: WaitingFile, media: StoredMedia & { kind: string }): Promise<boolean> {
    const data = await this.#database.call("messenger_media_stored", {
      event_id,
      media: JSON.stringify(media),
    });
    return z.boolean().parse(data);
  }

  async failed({ event_id }: WaitingFile, reason: string): Promise<void> {
    await this.#database.call("messenger_media_failed", { event_id, reason });
  }

  /** Paths of files to remove. Each is told again until it is gone. */
  async takeUnused(maxRows: number): Promise<string[]> {
    const data = await this.#database.call("messenger_take_unused_media", { max_rows: maxRows });
    return paths.parse(data);
  }
}
