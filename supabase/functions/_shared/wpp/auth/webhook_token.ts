import { perEnv } from "../env.ts";
import type { Env } from "../env.ts";
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

const caches = perEnv(() => ({
  accepted: new LruMap<string, number>(MAX_ENTRIES),
  refused: new LruMap<string, number>(MAX_ENTRIES),
}));

/**
 * The SHA-256 of the token in a webhook's URL, in hex, if a connection has that webhook. It is decided
 * before the body is read, so that a stranger costs nothing.
 *
 * @param isKnown Asks the database.
 * @throws AppError `integration_not_found`
 */
export async function admitWebhook(
  request: Request,
  env: Env,
  isKnown: (digest: string) => Promise<boolean>,
): Promise<string> {
  const [token = "", ...others] = new URL(request.url).searchParams.getAll("token");
  if (!TOKEN.test(token) || others.length > 0) throw new AppError("integration_not_found");
  const digest = sha256(token);
  const { accepted, refused } = caches(env);
  if (isFresh(accepted.get(digest), ACCEPTED_TTL_MS)) return digest;
  if (isFresh(refused.get(digest), REFUSED_TTL_MS)) throw new AppError("integration_not_found");
  if (!await isKnown(digest)) {
    refused.set(digest, Date.now());
    throw new AppError("integration_not_found");
  }
  accepted.set(digest, Date.now());
  return digest;
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
