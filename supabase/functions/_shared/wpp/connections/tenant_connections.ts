import { z } from "../deps/zod.ts";
import { AppError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import type { Tenant } from "../store/tenant.ts";
import type { Vault } from "../store/vault.ts";
import { connectionRow, noOrganization } from "./connection_row.ts";
import { type Connection, Connections } from "./connections.ts";

/** What `messenger_find_connection` answers. */
const findAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({ outcome: z.literal("found"), organization: z.string(), integration: connectionRow }),
  z.object({ outcome: z.literal("not_found"), organization: z.string() }),
]);

/** A tenant's rows of `messenger_integrations`. */
export class TenantConnections extends Connections {
  readonly #database: Database;
  readonly #tenant: Tenant;

  constructor(database: Database, tenant: Tenant, vault: Vault) {
    super(database, vault);
    this.#database = database;
    this.#tenant = tenant;
  }

  /**
   * The organization's connection of that session, or its primary one.
   *
   * @throws AppError `integration_not_found`, also for a session of another organization;
   * `no_organization`.
   */
  async find(session?: string): Promise<Connection> {
    const data = await this.#database.call("messenger_find_connection", {
      ...this.#tenant.parameters,
      p_session: session ?? null,
    });
    const answer = this.#tenant.check(findAnswer.parse(data));
    if (answer.outcome === "not_found") throw new AppError("integration_not_found");
    return await this.unseal(answer.integration);
  }
}
