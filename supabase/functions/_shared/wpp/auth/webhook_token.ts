import { type Env, perEnv } from "../env.ts";
import { AppError } from "../errors.ts";
import { LruMap } from "../lib/lru_map.ts";
import { sha256 } from "../lib/sha256.ts";

/** A token that was accepted is not looked up again for this long: what stores the event checks it. */
const ACCEPTED_TTL_MS = 5 * 60_000;
/** One that was not known is not looked up again for this long. */
const REFUSED_TTL_MS = 10_000;
const MAX_ENTRIES = 1_000;

/** 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/;

/** What the database knows of a webhook, and when it told. */
interface Accepted {
  found: unknown;
  atMs: number;
}

const caches = perEnv(() => ({
  accepted: new LruMap<string, Accepted>(MAX_ENTRIES),
  refused: new LruMap<string, number>(MAX_ENTRIES),
}));

/**
 * The SHA-256 of the token in a webhook's URL, in hex, and what the database knows of the connection
 * that has that webhook. It is decided before the body is read, so that a stranger costs one look-up
 * at most.
 *
 * @param find Asks the database; null: no connection has it.
 * @throws AppError `integration_not_found`
 */
export async function admitWebhook<Found extends object>(
  request: Request,
  env: Env,
  find: (digest: string) => Promise<Found | null>,
): Promise<{ digest: string; found: Found }> {
  const [token = "", ...others] = new URL(request.url).searchParams.getAll("token");
  if (!TOKEN.test(token) || others.length > 0) throw new AppError("integration_not_found");
  const digest = sha256(token);
  const { accepted, refused } = caches(env);
  const known = accepted.get(digest);
  if (isFresh(known?.atMs, ACCEPTED_TTL_MS)) return { digest, found: known!.found as Found };
  if (isFresh(refused.get(digest), REFUSED_TTL_MS)) throw new AppError("integration_not_found");
  const found = await find(digest);
  if (found === null) {
    refused.set(digest, Date.now());
    throw new AppError("integration_not_found");
  }
  accepted.set(digest, { found, atMs: Date.now() });
  return { digest, found };
}

/** Notes that a token which was accepted is no longer known. */
export function refuseWebhook(digest: string, env: Env): void {
  const { accepted, refused } = caches(env);
  accepted.delete(digest);
  refused.set(digest, Date.now());
}

function isFresh(atMs: number | undefined, ttlMs: number): boolean {
  return atMs !== undefined && Date.now() - atMs < ttlMs;
}
