import { z } from "../deps/zod.ts";
import { connectionRow, noOrganization } from "./connection_row.ts";

/** How long a creation holds its organization's slot: longer than a request may last. */
export const CLAIM_LEASE_S = 30;

/**
 * The right, for the length of a lease, to create a connection in its slot. The states of a slot, and
 * what leads from one to the next, are the table at the head of `…_messenger_claims.sql`.
 */
export interface Claim {
  /** Of the row that is the slot. */
  connectionId: string;
  /** The same for every attempt of one creation: the platform sees it as Idempotency-Key. */
  id: string;
  /** What the platform is told as organization: the same for every attempt, and at every renewal. */
  identity: string;
  /** An earlier attempt died after it may have reached the platform; its id is reused. */
  takenOver: boolean;
}

/** What `messenger_claim_connection` answers. */
export const claimAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({
    outcome: z.literal("claimed"),
    organization: z.string(),
    id: z.string(),
    claim_id: z.string(),
    identity: z.string(),
    taken_over: z.boolean(),
  }),
  z.object({
    outcome: z.literal("exists"),
    organization: z.string(),
    integration: connectionRow,
  }),
  z.object({
    outcome: z.literal("busy"),
    organization: z.string(),
    id: z.string(),
    own: z.boolean(),
    retry_after: z.number(),
  }),
  z.object({ outcome: z.literal("forbidden"), organization: z.string(), constraint: z.string() }),
  z.object({ outcome: z.enum(["not_found", "not_supported"]), organization: z.string() }),
]);

/** What `messenger_finish_claim` answers: the row that holds the slot now, whoever's save was first. */
export const finishAnswer = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.enum(["saved", "exists"]), integration: connectionRow }),
  z.object({ outcome: z.enum(["lost", "same_account"]) }),
]);
