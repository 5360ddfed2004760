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
    task_id: z.string(),
    integration: connectionRow,
  }),
  z.object({ outcome: z.literal("deleted"), organization: z.string(), deleted_at: isoTime }),
  z.object({
    outcome: z.enum(["not_found", "not_addressable", "no_connection"]),
    organization: z.string(),
  }),
]);

export type FoundMessage =
  | { deletedAt: string }
  | { deletedAt?: undefined; taskId: string; connection: ConnectionRow };

/** Messages that a tenant has sent. */
export class SentMessages {
  readonly #database: Database;
  readonly #tenant: Tenant;

  constructor(database: Database, tenant: Tenant) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /**
   * A message, by the id that wpp-send answered, and the connection that it went out through.
   *
   * @throws AppError `message_not_found`, also for one of another organization;
   * `message_not_addressable` when the platform gave it no id that still holds;
   * `integration_not_found` when its connection was ended; `no_organization`.
   */
  async find(messageId: string): Promise<FoundMessage> {
    const data = await this.#database.run((db) =>
      db.rpc("messenger_find_message", { ...this.#tenant.parameters, p_message_id: messageId })
    );
    const answer = this.#tenant.check(findAnswer.parse(data));
    switch (answer.outcome) {
      case "not_found":
        throw new AppError("message_not_found");
      case "not_addressable":
        throw new AppError("message_not_addressable");
      case "no_connection":
        throw new AppError("integration_not_found");
      case "deleted":
        return { deletedAt: answer.deleted_at };
      case "found":
        // They would be read as a path of their own, not as an id.
        if ([".", ".."].includes(answer.task_id)) throw new AppError("message_not_addressable");
        return { taskId: answer.task_id, connection: answer.integration };
    }
  }

  /** Notes that a message was deleted. Returns when; the first time counts. */
  async markDeleted(messageId: string): Promise<string> {
    const data = await this.#database.detached().run((db) =>
      db.rpc("messenger_mark_deleted", { p_message_id: messageId })
    );
    return isoTime.parse(data);
  }
}
