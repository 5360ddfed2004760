import type { CreateInput } from "../contract/create.ts";
import { AppError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import type { Tenant } from "../store/tenant.ts";
import type { Vault } from "../store/vault.ts";
import type { CreatedAccount } from "../../wpp.ts";
import { type Claim, CLAIM_LEASE_S, claimAnswer, finishAnswer } from "./claim.ts";
import type { Connection, Connections } from "./connections.ts";

/** What a creation is for. */
export interface ClaimRequest extends Pick<CreateInput, "name" | "another" | "session"> {
  /** A connection that the platform refused and that may be replaced. */
  refused?: Connection;
  /** The slot that an earlier claim found busy. */
  slotId?: string;
  /** Whether the platform is told for which organization it creates: a further number needs that. */
  namesIdentity: boolean;
}

export type ClaimOutcome =
  | { state: "claimed"; claim: Claim }
  | { state: "exists"; connection: Connection }
  | {
    state: "busy";
    slotId: string;
    /** It is the same user's creation. */
    own: boolean;
    /** Seconds until the creation's lease ends. */
    retryAfter: number;
  };

/** The slots in which a tenant's connections are created, each by one caller at a time. */
export class Slots {
  readonly #database: Database;
  readonly #tenant: Tenant;
  readonly #vault: Vault;
  readonly #connections: Connections;

  constructor({ database, tenant, vault, connections }: {
    database: Database;
    tenant: Tenant;
    vault: Vault;
    connections: Connections;
  }) {
    this.#database = database;
    this.#tenant = tenant;
    this.#vault = vault;
    this.#connections = connections;
  }

  /**
   * Claims a slot for a creation, unless it holds a finished connection or another creation runs.
   *
   * @throws AppError `no_organization`; `integration_not_found` for a session that is not the
   * organization's; `not_supported`; `misconfigured` when a constraint of the table forbids it.
   */
  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const data = await this.#database.call("messenger_claim_connection", {
      ...this.#tenant.parameters,
      p_name: request.name ?? null,
      p_another: request.another ?? false,
      p_session: request.session ?? null,
      p_slot: request.slotId ?? null,
      p_refused_credentials_id: request.refused?.credentialsId ?? null,
      p_names_identity: request.namesIdentity,
      p_lease_seconds: CLAIM_LEASE_S,
    });
    const answer = this.#tenant.check(claimAnswer.parse(data));
    switch (answer.outcome) {
      case "claimed": {
        const { id: connectionId, claim_id: id, identity, taken_over: takenOver } = answer;
        return { state: "claimed", claim: { connectionId, id, identity, takenOver } };
      }
      case "busy":
        return {
          state: "busy",
          slotId: answer.id,
          own: answer.own,
          retryAfter: answer.retry_after,
        };
      case "exists":
        return {
          state: "exists",
          connection: await this.#connections.unseal(answer.integration),
        };
      case "not_found":
        throw new AppError("integration_not_found");
      case "not_supported":
        throw new AppError("not_supported");
      case "forbidden":
        throw forbidden(answer.constraint);
    }
  }

  /**
   * Stores what the platform handed out. The first save of a claim wins; its row is returned.
   *
   * @throws AppError `not_supported` when that account is another of the organization's connections.
   */
  async finish(claim: Claim, account: CreatedAccount): Promise<Connection> {
    const apiKey = await this.#vault.seal(account.apiKey, claim.connectionId, "api_key");
    const data = await this.#database.detached().call("messenger_finish_claim", {
      p_id: claim.connectionId,
      p_claim_id: claim.id,
      p_api_key: apiKey,
      p_session: account.session,
      p_status: account.status,
    });
    const answer = finishAnswer.parse(data);
    switch (answer.outcome) {
      case "lost":
        // Somebody has deleted the row, or released the claim by hand: its apiKey has no place to go.
        throw new AppError("internal");
      case "same_account":
        throw new AppError("not_supported", {
          message: "WPP Platform answered with a number that this organization has already: it " +
            "does not give it another one.",
        });
      default:
        return await this.#connections.unseal(answer.integration);
    }
  }

  /**
   * Gives a claim back whose creation certainly did not happen. One that was taken over keeps its id
   * for the next, since an earlier attempt under it may have happened.
   */
  async release(claim: Claim): Promise<void> {
    await this.#database.detached().call("messenger_release_claim", {
      p_id: claim.connectionId,
      p_claim_id: claim.id,
      p_keep_id: claim.takenOver,
    });
  }
}

/** The error of a table that was there before, and does not take what is to be written. */
export function forbidden(constraint: string): AppError {
  return new AppError("misconfigured", {
    message: "The table messenger_integrations does not take a connection of this organization: " +
      `${constraint} stands in the way (see docs/schema.md).`,
  });
}
