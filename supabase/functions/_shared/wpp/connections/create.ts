import { inBackground } from "../lib/background.ts";
import type { CreateInput } from "../contract.ts";
import type { Context } from "../context.ts";
import { isTimeout, sleep, withDeadline } from "../lib/deadline.ts";
import { AppError } from "../errors.ts";
import type { Claim, ClaimOutcome, Integration } from "./connections.ts";
import { whileDatabaseIsAway } from "../store/persist.ts";
import type { CreatedClient } from "../../wpp.ts";

/** Milliseconds to wait for a creation that runs elsewhere, and between two looks. */
const PATIENCE = 6_000;
const LOOK_EVERY = 300;
/** Milliseconds for which saving a new apiKey is repeated, and how many of them a response waits. */
const SAVE_FOR = 90_000;
const SAVE_IN_REQUEST = 8_000;

export interface Creation {
  integration: Integration;
  /** false: it was there already. */
  created: boolean;
}

/**
 * The organization's connection, created if there is none: one platform client whatever races,
 * dies or is clicked twice.
 *
 * @throws AppError `creation_in_progress`, and what `WppMsgClient.create` throws.
 */
export async function createConnection(input: CreateInput, context: Context): Promise<Creation> {
  const refused = input.reconnect ? await refusedConnection(context) : undefined;
  const outcome = await claimWithPatience(input.name, refused, context);
  if (outcome.state === "busy") {
    throw new AppError("creation_in_progress", { retryAfter: outcome.retryAfter });
  }
  if (outcome.state === "exists") return { integration: outcome.integration, created: false };
  const client = await createClient(outcome.claim, context);
  return { integration: await save(outcome.claim, client, context), created: true };
}

/** The present connection, if the platform refuses it: only then may it be replaced. */
async function refusedConnection({ integrations, wpp }: Context): Promise<Integration | undefined> {
  try {
    const integration = await integrations.find();
    return await wpp.isRefused(integration) ? integration : undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === "integration_not_found") return undefined;
    throw error;
  }
}

/** A creation that runs elsewhere is mostly over in a moment. */
async function claimWithPatience(
  name: string | undefined,
  refused: Integration | undefined,
  { integrations }: Context,
): Promise<ClaimOutcome> {
  const endsAt = performance.now() + PATIENCE;
  for (;;) {
    const outcome = await integrations.claim(name, refused);
    if (outcome.state !== "busy" || performance.now() >= endsAt) return outcome;
    await sleep(LOOK_EVERY);
  }
}

/** Gives the claim back if the platform certainly made nothing; else its lease runs out first. */
async function createClient(claim: Claim, context: Context): Promise<CreatedClient> {
  try {
    return await context.wpp.create(context.caller.jwt, claim.id);
  } catch (error) {
    if (error instanceof AppError && !error.uncertain) {
      await context.integrations.release(claim)
        .catch(() => context.trace.warn("claim_not_released")); // its lease ends it
    }
    throw error;
  }
}

/** The platform hands an apiKey out once, so saving it goes on after the response if need be. */
async function save(claim: Claim, client: CreatedClient, context: Context): Promise<Integration> {
  const saving = whileDatabaseIsAway(SAVE_FOR, () => context.integrations.finish(claim, client));
  inBackground(saving.catch(() => context.trace.warn("api_key_not_saved")));
  try {
    return await withDeadline(SAVE_IN_REQUEST, undefined, () => saving);
  } catch (error) {
    throw isTimeout(error) ? new AppError("database_unavailable", { cause: error }) : error;
  }
}
