import type { CreatedAccount, WppMsgClient } from "../../wpp.ts";
import type { CreateInput } from "../contract.ts";
import { AppError } from "../errors.ts";
import { sleep } from "../lib/deadline.ts";
import { persist } from "../store/persist.ts";
import type { Claim } from "./claim.ts";
import type { ClaimOutcome, Connection, Connections } from "./connections.ts";

/** How long to wait for another caller's creation, which mostly ends in a moment. */
const CLAIM_WAIT_MS = 6_000;
const CLAIM_POLL_MS = 300;
/** The platform hands an apiKey out once: saving it is repeated this long, also after the response. */
const SAVE_RETRY_MS = 90_000;
/** The response waits this long for the apiKey to be saved. */
const SAVE_WAIT_MS = 8_000;

/** Where the platform may have created an account for an earlier call, its lease must run out. */
const OWN_CREATION =
  "Your own earlier call may still be creating the connection at WPP Platform. " +
  "Try again after Retry-After: it goes on with that one.";

interface Needs {
  caller: { jwt: string };
  connections: Pick<Connections, "find" | "claim" | "finish" | "release">;
  wpp: Pick<WppMsgClient, "create" | "isRefused">;
  trace: { warn(warning: string): void };
}

/**
 * The organization's connection, created if there is none: one account at the platform, whatever
 * races, dies or is clicked twice.
 *
 * @throws AppError `creation_in_progress`, and what `WppMsgClient.create` throws.
 */
export async function createConnection(
  input: CreateInput,
  context: Needs,
): Promise<{ connection: Connection; created: boolean }> {
  const refused = input.reconnect ? await refusedConnection(context) : undefined;
  const outcome = await claim(input.name, refused, context);
  if (outcome.state === "busy") {
    const message = outcome.own ? OWN_CREATION : undefined;
    throw new AppError("creation_in_progress", { message, retryAfter: outcome.retryAfter });
  }
  if (outcome.state === "exists") return { connection: outcome.connection, created: false };
  const account = await createAtPlatform(outcome.claim, context);
  return { connection: await save(outcome.claim, account, context), created: true };
}

/** The present connection, if the platform refuses it: only then may it be replaced. */
async function refusedConnection({ connections, wpp }: Needs): Promise<Connection | undefined> {
  try {
    const connection = await connections.find();
    return await wpp.isRefused(connection) ? connection : undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === "integration_not_found") return undefined;
    throw error;
  }
}

/** Claims the organization's slot; polls while another caller's creation holds it. */
async function claim(
  name: string | undefined,
  refused: Connection | undefined,
  { connections }: Needs,
): Promise<ClaimOutcome> {
  const endsAt = performance.now() + CLAIM_WAIT_MS;
  for (;;) {
    const outcome = await connections.claim({ name, refused });
    if (outcome.state !== "busy" || performance.now() >= endsAt) return outcome;
    await sleep(CLAIM_POLL_MS);
  }
}

/** Releases the claim unless the platform may have created an account; then its lease must run out. */
async function createAtPlatform(
  claim: Claim,
  { caller, connections, wpp, trace }: Needs,
): Promise<CreatedAccount> {
  try {
    return await wpp.create(caller.jwt, claim.id);
  } catch (error) {
    if (error instanceof AppError && error.effect !== "unknown") {
      await connections.release(claim)
        .catch(() => trace.warn("claim_not_released")); // its lease ends it
    }
    throw error;
  }
}

async function save(
  claim: Claim,
  account: CreatedAccount,
  { connections, trace }: Needs,
): Promise<Connection> {
  return await persist(() => connections.finish(claim, account), {
    retryForMs: SAVE_RETRY_MS,
    waitMs: SAVE_WAIT_MS,
    onLost: () => trace.warn("api_key_not_saved"),
  });
}
