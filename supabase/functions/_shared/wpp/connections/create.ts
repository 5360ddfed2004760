import type { CreatedAccount, Creator, WppMsgClient } from "../../wpp.ts";
import type { CreateInput } from "../contract/create.ts";
import { AppError } from "../errors.ts";
import { sleep } from "../lib/deadline.ts";
import { persist } from "../store/persist.ts";
import type { Claim } from "./claim.ts";
import type { Connection } from "./connections.ts";
import { type RegisterNeeds, registerWebhookIfDue } from "./register_webhook.ts";
import type { ClaimOutcome, ClaimRequest, Slots } from "./slots.ts";
import type { TenantConnections } from "./tenant_connections.ts";

/** How long to wait for another caller's creation, which mostly ends in a moment. */
const CLAIM_WAIT_MS = 6_000;
const CLAIM_POLL_MS = 300;
/** The response waits this long for the apiKey to be saved, which the platform hands out once. */
const SAVE_WAIT_MS = 8_000;

/** Where the platform may have created an account for an earlier call, its lease must run out. */
const OWN_CREATION =
  "Your own earlier call may still be creating the connection at WPP Platform. " +
  "Try again after Retry-After: it goes on with that one.";

const SERVER_NEEDS_SECRET =
  "Without WPP_SECRET, WPP Platform creates an account only for a signed-in user: call wpp-create " +
  "as one, or set WPP_SECRET for the functions.";

interface Needs extends RegisterNeeds {
  caller: { kind: "user"; jwt: string } | { kind: "server" };
  env: RegisterNeeds["env"] & { wppSecret?: string };
  connections: Pick<TenantConnections, "find">;
  slots: Pick<Slots, "claim" | "finish" | "release">;
  wpp: RegisterNeeds["wpp"] & Pick<WppMsgClient, "create" | "isRefused">;
}

/**
 * The organization's connection, created if there is none, or a further one: one account at the
 * platform for each, whatever races, dies or is clicked twice.
 *
 * @throws AppError `creation_in_progress`, `integration_not_found`, `not_supported`, and what
 * `WppMsgClient.create` throws.
 */
export async function createConnection(
  { name, another, session, reconnect }: CreateInput,
  context: Needs,
): Promise<{ connection: Connection; created: boolean }> {
  const creatorOf = creatorFor(context);
  const namesIdentity = context.env.wppSecret !== undefined;
  if (another && !namesIdentity) throw new AppError("not_supported");
  const refused = reconnect ? await refusedConnection(session, context) : undefined;
  const request = { name, another, session: refused?.session ?? session, refused, namesIdentity };
  const outcome = await claim(request, context);
  if (outcome.state === "busy") {
    const message = outcome.own ? OWN_CREATION : undefined;
    throw new AppError("creation_in_progress", { message, retryAfter: outcome.retryAfter });
  }
  if (outcome.state === "exists") return { connection: outcome.connection, created: false };
  const creator = creatorOf(outcome.claim.identity);
  const account = await createAtPlatform(outcome.claim, creator, context);
  const connection = await save(outcome.claim, account, context);
  registerWebhookIfDue(connection, context);
  return { connection, created: true };
}

/** With WPP_SECRET the user's JWT never leaves the project. @throws AppError `not_supported` */
function creatorFor({ caller, env: { wppSecret: secret } }: Needs): (identity: string) => Creator {
  if (secret !== undefined) return (identity) => ({ secret, identity });
  if (caller.kind === "user") return () => ({ userJwt: caller.jwt });
  throw new AppError("not_supported", { message: SERVER_NEEDS_SECRET });
}

/** The connection, if the platform refuses it: only then may it be replaced. */
async function refusedConnection(
  session: string | undefined,
  { connections, wpp }: Needs,
): Promise<Connection | undefined> {
  try {
    const connection = await connections.find(session);
    return await wpp.isRefused(connection) ? connection : undefined;
  } catch (error) {
    // Disconnected, or none of this organization's: the claim tells these apart.
    if (error instanceof AppError && error.code === "integration_not_found") return undefined;
    throw error;
  }
}

/** Claims a slot; polls while another caller's creation holds it. */
async function claim(request: ClaimRequest, { slots }: Needs): Promise<ClaimOutcome> {
  const endsAt = performance.now() + CLAIM_WAIT_MS;
  let slotId: string | undefined;
  for (;;) {
    const outcome = await slots.claim({ ...request, slotId });
    if (outcome.state !== "busy" || performance.now() >= endsAt) return outcome;
    slotId = outcome.slotId;
    await sleep(CLAIM_POLL_MS);
  }
}

/** Releases the claim unless the platform may have created an account; then its lease must run out. */
async function createAtPlatform(
  claim: Claim,
  creator: Creator,
  { slots, wpp, trace }: Needs,
): Promise<CreatedAccount> {
  try {
    return await wpp.create(creator, claim.id);
  } catch (error) {
    if (error instanceof AppError && error.effect !== "unknown") {
      await slots.release(claim)
        .catch(() => trace.warn("claim_not_released")); // its lease ends it
    }
    throw error;
  }
}

async function save(
  claim: Claim,
  account: CreatedAccount,
  { slots, trace }: Needs,
): Promise<Connection> {
  return await persist(() => slots.finish(claim, account), {
    waitMs: SAVE_WAIT_MS,
    onLost: () => trace.warn("api_key_not_saved"),
  });
}
