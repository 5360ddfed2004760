import type { ConnectionStatus } from "../contract.ts";
import { z } from "../deps/zod.ts";
import { AppError } from "../errors.ts";
import { inBackground } from "../lib/background.ts";
import type { Database } from "../store/database.ts";
import type { Tenant } from "../store/tenant.ts";
import type { Vault } from "../store/vault.ts";
import { type Claim, CLAIM_LEASE_S, claimAnswer, finishAnswer } from "./claim.ts";
import { type ConnectionRow, connectionRow, noOrganization } from "./connection_row.ts";

/** What `messenger_find_connection` answers. */
const findAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({ outcome: z.literal("found"), organization: z.string(), integration: connectionRow }),
  z.object({ outcome: z.literal("not_found"), organization: z.string() }),
]);

/** A connection whose creation has finished, with its secrets decrypted. */
export interface Connection {
  id: string;
  session: string;
  status: ConnectionStatus;
  apiKey: string;
  /** Handed out less than a minute ago, by the database's clock. */
  isNewKey: boolean;
  accessToken: string | null;
  accessTokenExpiresAt: number | null;
  /** Changes with the apiKey alone. */
  credentialsId: string;
}

export type ClaimOutcome =
  | { state: "claimed"; claim: Claim }
  | { state: "exists"; connection: Connection }
  | {
    state: "busy";
    /** It is the same user's creation. */
    own: boolean;
    /** Seconds until the creation's lease ends. */
    retryAfter: number;
  };

/** A tenant's rows of `messenger_integrations`. */
export class Connections {
  readonly #database: Database;
  readonly #tenant: Tenant;
  readonly #vault: Vault;

  constructor(database: Database, tenant: Tenant, vault: Vault) {
    this.#database = database;
    this.#tenant = tenant;
    this.#vault = vault;
  }

  /**
   * The organization's connection of that session, or its primary one.
   *
   * @throws AppError `integration_not_found`, also for a session of another organization;
   * `no_organization`.
   */
  async find(session?: string): Promise<Connection> {
    const data = await this.#database.run((db) =>
      db.rpc("messenger_find_connection", {
        ...this.#tenant.parameters,
        p_session: session ?? null,
      })
    );
    const answer = this.#tenant.check(findAnswer.parse(data));
    if (answer.outcome === "not_found") throw new AppError("integration_not_found");
    return await this.unseal(answer.integration);
  }

  /**
   * Claims the organization's slot for a creation, unless it holds a finished connection or
   * another creation runs.
   *
   * @param options.refused A connection that the platform refused and that may be replaced.
   * @throws AppError `no_organization`; `misconfigured` when a constraint of the table forbids it.
   */
  async claim(
    { name, refused }: { name?: string; refused?: Connection },
  ): Promise<ClaimOutcome> {
    const data = await this.#database.run((db) =>
      db.rpc("messenger_claim_connection", {
        ...this.#tenant.parameters,
        p_name: name ?? null,
        p_refused_credentials_id: refused?.credentialsId ?? null,
        p_lease_seconds: CLAIM_LEASE_S,
      })
    );
    const answer = this.#tenant.check(claimAnswer.parse(data));
    switch (answer.outcome) {
      case "claimed": {
        const { id: connectionId, claim_id: id, taken_over: takenOver } = answer;
        return { state: "claimed", claim: { connectionId, id, takenOver } };
      }
      case "busy":
        return { state: "busy", own: answer.own, retryAfter: answer.retry_after };
      case "forbidden":
        throw new AppError("misconfigured", {
          message: "The table messenger_integrations does not take a connection of this " +
            `organization: ${answer.constraint} stands in the way (see docs/schema.md).`,
        });
      case "exists":
        return { state: "exists", connection: await this.unseal(answer.integration) };
    }
  }

  /** Stores what the platform handed out. The first save of a claim wins; its row is returned. */
  async finish(
    claim: Claim,
    account: { apiKey: string; session: string; status: ConnectionStatus },
  ): Promise<Connection> {
    const apiKey = await this.#vault.seal(account.apiKey, claim.connectionId, "api_key");
    const data = await this.#database.detached().run((db) =>
      db.rpc("messenger_finish_claim", {
        p_id: claim.connectionId,
        p_claim_id: claim.id,
        p_api_key: apiKey,
        p_session: account.session,
        p_status: account.status,
      })
    );
    const answer = finishAnswer.parse(data);
    // Somebody has deleted the row, or released the claim by hand: its apiKey has no place to go.
    if (answer.outcome === "lost") throw new AppError("internal");
    return await this.unseal(answer.integration);
  }

  /**
   * Gives a claim back whose creation certainly did not happen. One that was taken over keeps its id
   * for the next, since an earlier attempt under it may have happened.
   */
  async release(claim: Claim): Promise<void> {
    await this.#database.detached().run((db) =>
      db.rpc("messenger_release_claim", {
        p_id: claim.connectionId,
        p_claim_id: claim.id,
        p_keep_id: claim.takenOver,
      })
    );
  }

  /** Stores the status, if it changed. */
  async saveStatus(connection: Connection, status: ConnectionStatus): Promise<void> {
    if (status === connection.status) return;
    await this.#database.run((db) =>
      db.from("messenger_integrations").update({ status }).eq("id", connection.id)
    );
  }

  /** Stores the platform's token for other isolates, unless the connection was renewed meanwhile. */
  async saveToken(
    connection: Pick<Connection, "id" | "credentialsId">,
    token: { value: string; expiresAt: number },
  ): Promise<void> {
    const sealed = await this.#vault.seal(token.value, connection.id, "access_token");
    await this.#database.detached().run((db) =>
      db.from("messenger_integrations").update({
        access_token: sealed,
        access_token_expires_at: new Date(token.expiresAt).toISOString(),
      }).eq("id", connection.id).eq("credentials_id", connection.credentialsId)
    );
  }

  /**
   * A row with its secrets decrypted. Those that are not under the newest key are re-encrypted in
   * the background.
   *
   * @throws AppError `integration_not_found` for a row whose creation has not finished.
   */
  async unseal(row: ConnectionRow): Promise<Connection> {
    if (!row.session || !row.api_key) throw new AppError("integration_not_found");
    const apiKey = await this.#vault.unseal(row.api_key, row.id, "api_key");
    const token = row.access_token === null
      ? undefined
      : await this.#vault.unseal(row.access_token, row.id, "access_token");
    const connection = {
      id: row.id,
      session: row.session,
      status: row.status,
      apiKey: apiKey.value,
      isNewKey: row.api_key_is_new,
      accessToken: token?.value ?? null,
      accessTokenExpiresAt: row.access_token_expires_at,
      credentialsId: row.credentials_id,
    };
    if (apiKey.stale || token?.stale) inBackground(this.#reencrypt(connection, row.access_token));
    return connection;
  }

  /** The stored token guards itself: it may be replaced while its credentials stay. */
  async #reencrypt(connection: Connection, storedToken: string | null): Promise<void> {
    const { id, apiKey, accessToken, credentialsId } = connection;
    const token = accessToken && await this.#vault.seal(accessToken, id, "access_token");
    const sealedApiKey = await this.#vault.seal(apiKey, id, "api_key");
    await this.#database.detached().run((db) =>
      db.rpc("messenger_reencrypt_connection", {
        p_id: id,
        p_credentials_id: credentialsId,
        p_api_key: sealedApiKey,
        p_stored_access_token: storedToken,
        p_access_token: token,
      })
    );
  }
}
