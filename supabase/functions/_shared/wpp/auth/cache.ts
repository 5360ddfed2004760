import type { JWTPayload } from "jose";
import { BoundedMap } from "../lib/lru_map.ts";
import type { Env } from "../env.ts";

/** Milliseconds for which a verified token is believed without verifying it again. */
const MEMORY = 60_000;
const MAX_REMEMBERED = 1_000;

interface Verification {
  claims: Promise<JWTPayload>;
  /** In milliseconds since the epoch; `Infinity` while it runs. */
  until: number;
}

/** By the configuration that they were verified under, then by the token. */
const memories = new WeakMap<Env, BoundedMap<string, Verification>>();

/**
 * The claims that `verify` comes to, or came to for the very same token within the last minute;
 * never past the token's `exp`. Callers who bring one token at once share a verification. A refusal
 * is not remembered.
 */
export function verifyOnce(
  jwt: string,
  env: Env,
  verify: () => Promise<JWTPayload>,
): Promise<JWTPayload> {
  const memory = memoryOf(env);
  const known = memory.get(jwt);
  if (known && Date.now() < known.until) return known.claims;
  const verification: Verification = { claims: verify(), until: Infinity };
  memory.set(jwt, verification);
  verification.claims.then(({ exp = 0 }) => {
    verification.until = Math.min(exp * 1000, Date.now() + MEMORY);
  }, () => {
    if (memory.get(jwt) === verification) memory.delete(jwt);
  });
  return verification.claims;
}

function memoryOf(env: Env): BoundedMap<string, Verification> {
  const memory = memories.get(env) ?? new BoundedMap(MAX_REMEMBERED);
  memories.set(env, memory);
  return memory;
}
