import { type ConnectionOutput, type UpdateConnectionInput } from "../contract/connections.ts";
import { connectionStatus, sessionId } from "../contract/fields.ts";
import { z } from "../deps/zod.ts";
import { AppError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import type { Tenant } from "../store/tenant.ts";
import { isoTime, noOrganization } from "./connection_row.ts";
import { forbidden } from "./slots.ts";

/** A connection as the database lists it (messenger_internal.listed_connection), and as we answer it. */
const listed = z.object({
  id: z.string(),
  session: sessionId,
  name: z.string().nullable(),
  status: connectionStatus.catch("unknown"),
  is_primary: z.boolean(),
  phone: z.string().nullable(),
  created_at: isoTime,
  webhook_registered_at: isoTime.nullable(),
  last_event_at: isoTime.nullable(),
}).transform((row): ConnectionOutput => ({
  integrationId: row.id,
  session: row.session,
  name: row.name,
  status: row.status,
  isPrimary: row.is_primary,
  phone: row.phone,
  createdAt: row.created_at,
  webhook: { registeredAt: row.webhook_registered_at, lastEventAt: row.last_event_at },
}));

/** An earlier version may have stored what is no session: such a row cannot be named, nor used. */
const allListed = z.array(z.looseObject({ session: sessionId.nullable().catch(null) }))
  .transform((rows) => rows.filter(({ session }) => session !== null))
  .pipe(z.array(listed));

/** What `messenger_list_connections` answers. */
const listAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({
    outcome: z.literal("found"),
    organization: z.string(),
    integrations: allListed,
  }),
  z.object({ outcome: z.literal("not_found"), organization: z.string() }),
]);

/** What `messenger_update_connection` answers. */
const updateAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({ outcome: z.literal("found"), organization: z.string(), integration: listed }),
  z.object({ outcome: z.enum(["not_found", "disconnected"]), organization: z.string() }),
  z.object({ outcome: z.literal("forbidden"), organization: z.string(), constraint: z.string() }),
]);

/** A tenant's connections as its members see them: without secrets. */
export class ConnectionList {
  readonly #database: Database;
  readonly #tenant: Tenant;

  constructor({ database, tenant }: { database: Database; tenant: Tenant }) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /**
   * All of them, disconnected ones included, the primary one first. One read; the platform is not
   * asked.
   *
   * @throws AppError `no_organization`; `integration_not_found` for an organization that no row can
   * have.
   */
  async all(): Promise<ConnectionOutput[]> {
    const data = await this.#database.call("messenger_list_connections", {
      ...this.#tenant.parameters,
    });
    const answer = this.#tenant.check(listAnswer.parse(data));
    if (answer.outcome === "not_found") throw new AppError("integration_not_found");
    return answer.integrations;
  }

  /**
   * Renames a connection, or makes it the primary one; returns it as it is then.
   *
   * @throws AppError `no_organization`; `integration_not_found`, also when a disconnected one is to
   * become primary.
   */
  async update({ session, name, isPrimary }: UpdateConnectionInput): Promise<ConnectionOutput> {
    const data = await this.#database.call("messenger_update_connection", {
      ...this.#tenant.parameters,
      p_session: session,
      p_name: name ?? null,
      p_make_primary: isPrimary ?? false,
    });
    const answer = this.#tenant.check(updateAnswer.parse(data));
    switch (answer.outcome) {
      case "not_found":
        throw new AppError("integration_not_found");
      case "disconnected":
        throw new AppError("integration_not_found", {
          message: "A disconnected connection cannot be the primary one. Connect it first: call " +
            "wpp-create with reconnect and its session.",
        });
      case "forbidden":
        throw forbidden(answer.constraint);
      default:
        return answer.integration;
    }
  }
}
