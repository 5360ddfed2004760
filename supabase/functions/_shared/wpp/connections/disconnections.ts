import { z } from "../deps/zod.ts";
import { AppError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import type { Tenant } from "../store/tenant.ts";
import { type ConnectionRow, connectionRow, noOrganization } from "./connection_row.ts";

/** What `messenger_find_to_disconnect` answers. */
const findAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({
    outcome: z.enum(["found", "disconnected"]),
    organization: z.string(),
    integration: connectionRow,
  }),
  z.object({ outcome: z.literal("busy"), organization: z.string(), retry_after: z.number() }),
  z.object({ outcome: z.enum(["several", "not_found"]), organization: z.string() }),
]);

/** What `messenger_disconnect` answers. */
const eraseAnswer = z.enum(["disconnected", "busy", "changed"]);

/** Ends a tenant's connections in the database. */
export class Disconnections {
  readonly #database: Database;
  readonly #tenant: Tenant;

  constructor({ database, tenant }: { database: Database; tenant: Tenant }) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /**
   * The connection of that session, or the only one, its secrets still encrypted; and whether it is
   * disconnected already.
   *
   * @throws AppError `integration_not_found`, `creation_in_progress`, `no_organization`;
   * `invalid_request` where no session was given and there are several connections.
   */
  async find(session?: string): Promise<{ row: ConnectionRow; isDisconnected: boolean }> {
    const data = await this.#database.call("messenger_find_to_disconnect", {
      ...this.#tenant.parameters,
      p_session: session ?? null,
    });
    const answer = this.#tenant.check(findAnswer.parse(data));
    switch (answer.outcome) {
      case "not_found":
        throw new AppError("integration_not_found");
      case "several":
        throw new AppError("invalid_request", {
          fields: { session: "Required: the organization has more than one connection" },
        });
      case "busy":
        throw new AppError("creation_in_progress", { retryAfter: answer.retry_after });
      default:
        return { row: answer.integration, isDisconnected: answer.outcome === "disconnected" };
    }
  }

  /**
   * Erases a connection's secrets. Else it is as it was: `busy`, it is being created anew, and `find`
   * tells for how long; `changed`, it was created anew since the row was read.
   */
  async erase({ id, credentials_id }: ConnectionRow): Promise<z.output<typeof eraseAnswer>> {
    const data = await this.#database.detached().call("messenger_disconnect", {
      p_id: id,
      p_credentials_id: credentials_id,
    });
    return eraseAnswer.parse(data);
  }
}
