import { z } from "zod";
import type { Caller } from "../auth/caller.ts";
import { inBackground } from "../lib/background.ts";
import type { ConnectionStatus } from "../contract.ts";
import type { Database } from "../store/database.ts";
import { AppError } from "../errors.ts";
import { INTEGRATION_COLUMNS, type IntegrationRow, integrationRow } from "./connection_row.ts";
import { sha256 } from "../lib/sha256.ts";
import type { Vault } from "../store/vault.ts";

/** Seconds for which a creation holds its organization's slot: longer than a request may last. */
const CLAIM_LEASE = 30;

/**
 * Finished connections, the primary one first, as PostgREST writes it: built by a call for each filter
 * it is two fifths of all that a warm request computes.
 */
const CONNECTIONS = "messenger_integrations?messenger_type=eq.whatsapp&provider=eq.wpp" +
  "&is_active=not.is.false&session=not.is.null" +
  "&order=is_primary.desc.nullslast,created_at,id&limit=1";

const claimAnswer = z.object({
  outcome: z.enum(["exists", "busy", "claimed", "saved"]),
  integration: integrationRow,
  retry_after: z.number().optional(),
  taken_over: z.boolean().optional(),
});

const foundRows = z.array(integrationRow);

/** A connection of the caller's organization whose creation has finished, its secrets opened. */
export interface Integration {
  id: string;
  session: string;
  status: ConnectionStatus;
  apiKey: string;
  apiKeyIssuedAt: number | null;
  accessToken: string | null;
  accessTokenExpiresAt: number | null;
  /** The apiKey as it is stored, by its fingerprint. */
  storedApiKeySha256: string;
  claimId: string | null;
}

/** The right, for the length of a lease, to create the organization's connection. */
export interface Claim {
  integrationId: string;
  /** The same for every try of one creation: the platform sees it as Idempotency-Key. */
  id: string;
  /** An earlier try, which may have reached the platform, was given up. */
  takenOver: boolean;
}

export type ClaimOutcome =
  | { state: "claimed"; claim: Claim }
  | { state: "exists"; integration: Integration }
  | { state: "busy"; retryAfter: number };

/** What `messenger_integrations` holds for one caller's organization. */
export class Integrations {
  /** Ends when the rows opened so far are sealed anew, as far as that was possible. */
  #resealing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly caller: Caller,
    private readonly vault: Vault,
  ) {}

  /**
   * The organization's connection of that session, or its primary one.
   *
   * @throws AppError `integration_not_found`, also for a session of another organization.
   */
  async find(session?: string): Promise<Integration> {
    const data = await this.database.run((client) => {
      const query = client.from(CONNECTIONS).select(INTEGRATION_COLUMNS)
        .filter("organization_id", "in", quoted(this.caller.organizationId));
      return session === undefined ? query : query.filter("session", "in", quoted(session));
    });
    const [row] = foundRows.parse(data);
    return await this.open(row);
  }

  /**
   * Claims the organization's slot for a creation, unless it holds a finished connection or
   * another creation runs.
   *
   * @param refused A connection that the platform refused and that may be replaced.
   */
  async claim(name?: string, refused?: Integration): Promise<ClaimOutcome> {
    if (refused) await this.#resealing; // it changes the fingerprint
    const answer = await this.#claimRpc(this.database, "messenger_claim_integration", {
      p_organization_id: this.caller.organizationId,
      p_created_by: this.caller.userId,
      p_name: name ?? null,
      p_refused_api_key_sha256: refused?.storedApiKeySha256 ?? null,
      p_lease_seconds: CLAIM_LEASE,
    });
    const row = answer.integration;
    if (answer.outcome === "claimed") {
      const takenOver = answer.taken_over ?? false;
      return { state: "claimed", claim: { integrationId: row.id, id: row.claim_id!, takenOver } };
    }
    if (answer.outcome === "busy") {
      return { state: "busy", retryAfter: answer.retry_after ?? 1 };
    }
    return { state: "exists", integration: await this.open(row) };
  }

  /** Stores what the platform handed out. The first save of a claim wins; its row is returned. */
  async finish(
    claim: Claim,
    client: { apiKey: string; session: string; status: ConnectionStatus },
  ): Promise<Integration> {
    const answer = await this.#claimRpc(this.database.detached(), "messenger_finish_claim", {
      p_id: claim.integrationId,
      p_claim_id: claim.id,
      p_api_key: await this.vault.seal(client.apiKey, claim.integrationId, "api_key"),
      p_session: client.session,
      p_status: client.status,
    });
    return await this.open(answer.integration);
  }

  /**
   * Gives a claim back whose creation certainly did not happen. One that was taken over keeps its id
   * for the next, since an earlier try under it may have happened.
   */
  async release(claim: Claim): Promise<void> {
    const claimed_until = claim.takenOver ? new Date(0).toISOString() : null;
    await this.database.detached().run((client) =>
      client.from("messenger_integrations").update({ claimed_until })
        .eq("id", claim.integrationId).eq("claim_id", claim.id)
    );
  }

  /** Stores the status, if it changed. */
  async saveStatus(integration: Integration, status: ConnectionStatus): Promise<void> {
    if (status === integration.status) return;
    await this.database.run((client) =>
      client.from("messenger_integrations").update({ status }).eq("id", integration.id)
    );
  }

  /** Stores the platform's token for other isolates, unless the connection was renewed meanwhile. */
  async saveToken(
    integration: Pick<Integration, "id" | "claimId">,
    token: { value: string; expiresAt: number },
  ): Promise<void> {
    const sealed = await this.vault.seal(token.value, integration.id, "access_token");
    await this.database.detached().run((client) => {
      const update = client.from("messenger_integrations").update({
        access_token: sealed,
        access_token_expires_at: new Date(token.expiresAt).toISOString(),
      }).eq("id", integration.id);
      return integration.claimId === null
        ? update.is("claim_id", null)
        : update.eq("claim_id", integration.claimId);
    });
  }

  /**
   * A row with its secrets opened; those not under the newest key are sealed anew beside the call.
   *
   * @throws AppError `integration_not_found` for a row whose creation has not finished.
   */
  async open(row: IntegrationRow | undefined): Promise<Integration> {
    const stored = row?.settings?.apiKey || row?.settings?.wppApiKey;
    if (!row?.session || !stored) throw new AppError("integration_not_found");
    const apiKey = await this.vault.open(stored, row.id, "api_key");
    const token = row.access_token === null
      ? undefined
      : await this.vault.open(row.access_token, row.id, "access_token");
    const integration = {
      id: row.id,
      session: row.session,
      status: row.status,
      apiKey: apiKey.value,
      apiKeyIssuedAt: row.api_key_issued_at,
      accessToken: token?.value ?? null,
      accessTokenExpiresAt: row.access_token_expires_at,
      storedApiKeySha256: sha256(stored),
      claimId: row.claim_id,
    };
    if (apiKey.stale || token?.stale) {
      this.#resealing = this.#reseal(integration, row.access_token).catch(() => {});
      inBackground(this.#resealing);
    }
    return integration;
  }

  async #reseal(integration: Integration, storedToken: string | null): Promise<void> {
    const { id, apiKey, accessToken } = integration;
    const sealedToken = accessToken && await this.vault.seal(accessToken, id, "access_token");
    const sealedApiKey = await this.vault.seal(apiKey, id, "api_key");
    const storedTokenSha256 = storedToken && sha256(storedToken);
    await this.database.detached().run((client) =>
      client.rpc("messenger_reseal_integration", {
        p_id: id,
        p_stored_api_key_sha256: integration.storedApiKeySha256,
        p_api_key: sealedApiKey,
        p_stored_access_token_sha256: storedTokenSha256,
        p_access_token: sealedToken,
      })
    );
    integration.storedApiKeySha256 = sha256(sealedApiKey);
  }

  async #claimRpc(database: Database, name: string, parameters: Record<string, unknown>) {
    const data = await database.run((client) => client.rpc(name, parameters));
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
