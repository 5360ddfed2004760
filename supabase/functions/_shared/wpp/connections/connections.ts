import { z } from "../deps/zod.ts";
import { inBackground } from "../lib/background.ts";
import type { ConnectionStatus } from "../contract.ts";
import type { Database } from "../store/database.ts";
import { AppError } from "../errors.ts";
import { CONNECTION_COLUMNS, type ConnectionRow, connectionRow } from "./connection_row.ts";
import { sha256 } from "../lib/sha256.ts";
import type { Vault } from "../store/vault.ts";

/** How long a creation holds its organization's slot: longer than a request may last. */
const CLAIM_LEASE_S = 30;

/**
 * Finished connections, the primary one first. Written by hand: ten postgrest-js calls took 40 % of
 * a warm request's CPU (`task bench`).
 */
const CONNECTIONS = "messenger_integrations?messenger_type=eq.whatsapp&provider=eq.wpp" +
  "&is_active=not.is.false&session=not.is.null" +
  "&order=is_primary.desc.nullslast,created_at,id&limit=1";

const claimAnswer = z.object({
  outcome: z.enum(["exists", "busy", "claimed", "saved"]),
  integration: connectionRow,
  retry_after: z.number().optional(),
  taken_over: z.boolean().optional(),
});

const foundRows = z.array(connectionRow);

/** A connection whose creation has finished, with its secrets decrypted. */
export interface Connection {
  id: string;
  session: string;
  status: ConnectionStatus;
  apiKey: string;
  apiKeyIssuedAt: number | null;
  accessToken: string | null;
  accessTokenExpiresAt: number | null;
  /** SHA-256 of the stored apiKey: lets SQL check that the row has not changed since. */
  storedApiKeySha256: string;
  /** Changes with the apiKey. */
  credentialsId: string | null;
}

/** The right, for the length of a lease, to create the organization's connection. */
export interface Claim {
  integrationId: string;
  /** The same for every try of one creation: the platform sees it as Idempotency-Key. */
  id: string;
  /** An earlier attempt died after it may have reached the platform; its id is reused. */
  takenOver: boolean;
}

export type ClaimOutcome =
  | { state: "claimed"; claim: Claim }
  | { state: "exists"; connection: Connection }
  | { state: "busy"; retryAfter: number };

/** One organization's rows of `messenger_integrations`. */
export class Connections {
  readonly #database: Database;
  readonly #organizationId: string;
  readonly #vault: Vault;
  /**
   * Re-encryption of the rows read in this request. claim() awaits it, because it changes
   * storedApiKeySha256.
   */
  #resealing: Promise<unknown> = Promise.resolve();

  constructor(database: Database, organizationId: string, vault: Vault) {
    this.#database = database;
    this.#organizationId = organizationId;
    this.#vault = vault;
  }

  /**
   * The organization's connection of that session, or its primary one.
   *
   * @throws AppError `integration_not_found`, also for a session of another organization.
   */
  async find(session?: string): Promise<Connection> {
    const data = await this.#database.run((db) => {
      const query = db.from(CONNECTIONS).select(CONNECTION_COLUMNS)
        .filter("organization_id", "in", quoted(this.#organizationId));
      return session === undefined ? query : query.filter("session", "in", quoted(session));
    });
    const [row] = foundRows.parse(data);
    return await this.unseal(row);
  }

  /**
   * Claims the organization's slot for a creation, unless it holds a finished connection or
   * another creation runs.
   *
   * @param refused A connection that the platform refused and that may be replaced.
   */
  async claim(
    { name, createdBy, refused }: { name?: string; createdBy: string; refused?: Connection },
  ): Promise<ClaimOutcome> {
    if (refused) await this.#resealing;
    const answer = await this.#claimRpc(this.#database, "messenger_claim_integration", {
      p_organization_id: this.#organizationId,
      p_created_by: createdBy,
      p_name: name ?? null,
      p_refused_api_key_sha256: refused?.storedApiKeySha256 ?? null,
      p_lease_seconds: CLAIM_LEASE_S,
    });
    const row = answer.integration;
    if (answer.outcome === "claimed") {
      const takenOver = answer.taken_over ?? false;
      return { state: "claimed", claim: { integrationId: row.id, id: row.claim_id!, takenOver } };
    }
    if (answer.outcome === "busy") {
      return { state: "busy", retryAfter: answer.retry_after ?? 1 };
    }
    return { state: "exists", connection: await this.unseal(row) };
  }

  /** Stores what the platform handed out. The first save of a claim wins; its row is returned. */
  async finish(
    claim: Claim,
    created: { apiKey: string; session: string; status: ConnectionStatus },
  ): Promise<Connection> {
    const answer = await this.#claimRpc(this.#database.detached(), "messenger_finish_claim", {
      p_id: claim.integrationId,
      p_claim_id: claim.id,
      p_api_key: await this.#vault.seal(created.apiKey, claim.integrationId, "api_key"),
      p_session: created.session,
      p_status: created.status,
    });
    return await this.unseal(answer.integration);
  }

  /**
   * Gives a claim back whose creation certainly did not happen. One that was taken over keeps its id
   * for the next, since an earlier try under it may have happened.
   */
  async release(claim: Claim): Promise<void> {
    const claimed_until = claim.takenOver ? new Date(0).toISOString() : null;
    await this.#database.detached().run((db) =>
      db.from("messenger_integrations").update({ claimed_until })
        .eq("id", claim.integrationId).eq("claim_id", claim.id)
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
    await this.#database.detached().run((db) => {
      const update = db.from("messenger_integrations").update({
        access_token: sealed,
        access_token_expires_at: new Date(token.expiresAt).toISOString(),
      }).eq("id", connection.id);
      return connection.credentialsId === null
        ? update.is("claim_id", null)
        : update.eq("claim_id", connection.credentialsId);
    });
  }

  /**
   * A row with its secrets decrypted. Those that are not under the newest key are re-encrypted in the
   * background.
   *
   * @throws AppError `integration_not_found` for a row whose creation has not finished.
   */
  async unseal(row: ConnectionRow | undefined): Promise<Connection> {
    const stored = row?.settings?.apiKey || row?.settings?.wppApiKey;
    if (!row?.session || !stored) throw new AppError("integration_not_found");
    const apiKey = await this.#vault.unseal(stored, row.id, "api_key");
    const token = row.access_token === null
      ? undefined
      : await this.#vault.unseal(row.access_token, row.id, "access_token");
    const connection = {
      id: row.id,
      session: row.session,
      status: row.status,
      apiKey: apiKey.value,
      apiKeyIssuedAt: row.api_key_issued_at,
      accessToken: token?.value ?? null,
      accessTokenExpiresAt: row.access_token_expires_at,
      storedApiKeySha256: sha256(stored),
      credentialsId: row.claim_id,
    };
    if (apiKey.stale || token?.stale) {
      this.#resealing = this.#reseal(connection, row.access_token).catch(() => {});
      inBackground(this.#resealing);
    }
    return connection;
  }

  async #reseal(connection: Connection, storedToken: string | null): Promise<void> {
    const { id, apiKey, accessToken } = connection;
    const sealedToken = accessToken && await this.#vault.seal(accessToken, id, "access_token");
    const sealedApiKey = await this.#vault.seal(apiKey, id, "api_key");
    const storedTokenSha256 = storedToken && sha256(storedToken);
    await this.#database.detached().run((db) =>
      db.rpc("messenger_reseal_integration", {
        p_id: id,
        p_stored_api_key_sha256: connection.storedApiKeySha256,
        p_api_key: sealedApiKey,
        p_stored_access_token_sha256: storedTokenSha256,
        p_access_token: sealedToken,
      })
    );
    connection.storedApiKeySha256 = sha256(sealedApiKey);
  }

  async #claimRpc(database: Database, name: string, parameters: Record<string, unknown>) {
    const data = await database.run((db) => db.rpc(name, parameters));
    return claimAnswer.parse(data);
  }
}

/**
 * A text as the one value of PostgREST's `in`: in quotes, nothing of it is read as syntax. Supabase
 * Lite takes a bare `null` or `true` for more than a text.
 */
function quoted(value: string): string {
  return `("${value.replaceAll(/["\\]/g, "\\$&")}")`;
}
