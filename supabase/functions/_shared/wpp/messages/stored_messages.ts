import {
  type ConnectionRow,
  connectionRow,
  isoTime,
  noOrganization,
} from "../connections/connection_row.ts";
import { z } from "../deps/zod.ts";
import { AppError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import type { Tenant } from "../store/tenant.ts";

/** What `messenger_find_message` answers. */
const findAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({
    outcome: z.literal("found"),
    organization: z.string(),
    direction: z.enum(["in", "out"]),
    deleted_at: isoTime.nullable(),
    phone: z.string().nullable(),
    task_id: z.string().nullish(),
    wa_message_id: z.string().nullish(),
    integration: connectionRow.nullable(),
  }),
  z.object({ outcome: z.literal("not_found"), organization: z.string() }),
]);

/** A message of the store, and what the platform knows it by. */
export interface StoredMessage {
  direction: "in" | "out";
  /** When it was deleted for everyone; null: it was not. */
  deletedAt: string | null;
  /** The number of its chat in E.164 form; null where that has none. */
  phone: string | null;
  /** The platform's id of what it sent for us. */
  taskId: string | null;
  /** WhatsApp's id as the platform wrote it. */
  messageRef: string | null;
  /** Null once it was ended. */
  connection: ConnectionRow | null;
}

/** A tenant's messages, of both directions. */
export class StoredMessages {
  readonly #database: Database;
  readonly #tenant: Tenant;

  constructor({ database, tenant }: { database: Database; tenant: Tenant }) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /**
   * A message. Ids of an account that its connection no longer has are null: they mean nothing, or
   * something else, to the present one.
   *
   * @throws AppError `message_not_found`, also for one of another organization; `no_organization`.
   */
  async find(messageId: string): Promise<StoredMessage> {
    const data = await this.#database.call("messenger_find_message", {
      ...this.#tenant.parameters,
      p_message_id: messageId,
    });
    const answer = this.#tenant.check(findAnswer.parse(data));
    if (answer.outcome === "not_found") throw new AppError("message_not_found");
    return {
      direction: answer.direction,
      deletedAt: answer.deleted_at,
      phone: answer.phone,
      taskId: answer.task_id ?? null,
      messageRef: answer.wa_message_id ?? null,
      connection: answer.integration,
    };
  }

  /** Notes that a message was deleted. Returns when; the first time counts. */
  async markDeleted(messageId: string): Promise<string> {
    const data = await this.#database.detached().call("messenger_mark_deleted", {
      p_message_id: messageId,
    });
    return isoTime.parse(data);
  }

  /** Notes how the connected number reacts to a message; an empty emoji: no longer. */
  async markReaction(messageId: string, emoji: string): Promise<void> {
    await this.#database.detached().call("messenger_mark_reaction", {
      p_message_id: messageId,
      p_emoji: emoji,
    });
  }
}
