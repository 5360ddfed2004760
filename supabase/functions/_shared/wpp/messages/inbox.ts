import { connectionRow } from "../connections/connection_row.ts";
import { z } from "../deps/zod.ts";
import type { PlatformEvent } from "../platform/event.ts";
import type { Database } from "../store/database.ts";
import { unstorable } from "../store/database_error.ts";
import type { MediaPlace } from "./incoming_media.ts";
import { waitingFile } from "./waiting_media.ts";

/** What `messenger_receive` answers. */
const receiveAnswer = z.object({
  outcome: z.string(),
  organization: z.string().optional(),
  reason: z.string().optional(),
  message_id: z.string().optional(),
  /** Of a new message with media: its state. Of one that was there: stored where it has that file. */
  media: z.string().nullish(),
  pending: waitingFile.nullish(),
  integration: connectionRow.optional(),
});
export type ReceiveAnswer = z.output<typeof receiveAnswer>;

/** What `messenger_knows_webhook` answers: where a connection's media is stored. */
const place = z.object({ folder: z.string(), integration_id: z.string() });

/** Where what the platform tells is stored, for whichever connection its webhook is of. */
export class Inbox {
  readonly #database: Database;
  readonly #requestId: string;

  /** Deno may send a call twice by itself: by the request's id the database knows it for the same. */
  constructor({ database, trace }: { database: Database; trace: { requestId: string } }) {
    this.#database = database;
    this.#requestId = trace.requestId;
  }

  /** Where the media of the webhook with the token of that SHA-256 is stored; null: there is none. */
  async placeOf(digest: string): Promise<MediaPlace | null> {
    const data = await this.#database.call("messenger_knows_webhook", { p_digest: digest });
    return place.nullable().parse(data);
  }

  /**
   * Stores an event, in one transaction.
   *
   * @param digest Of the webhook's token.
   * @param base64 The bytes of media, or of a body that was not understood.
   * @returns The SQLSTATE by which the database refused it, where it will never take it.
   */
  async receive(
    digest: string,
    event: PlatformEvent,
    base64?: Uint8Array,
  ): Promise<ReceiveAnswer | { unstorable: string }> {
    const parameters = {
      p_digest: digest,
      p_request_id: this.#requestId,
      p_event: JSON.stringify(event),
    };
    try {
      const data = base64 === undefined
        ? await this.#database.call("messenger_receive", parameters)
        : await this.#database.callWithBytes("messenger_receive", parameters, base64);
      return receiveAnswer.parse(data);
    } catch (error) {
      const code = unstorable(error);
      if (code === undefined) throw error;
      return { unstorable: code };
    }
  }
}
