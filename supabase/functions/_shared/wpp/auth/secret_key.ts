import { timingSafeEqual } from "node:crypto";
import { decodeJwt } from "../deps/jose.ts";
import type { Env } from "../env.ts";
import { sha256 } from "../lib/sha256.ts";

/**
 * Whether this is one of the project's secret keys. Digests are compared, all of them and each in
 * constant time, so that the time it takes tells nothing of the keys.
 */
export function isSecretKey(credential: string, { secretKeys }: Env): boolean {
  const digest = bytesOf(credential);
  const isKnown = secretKeys.map((key) => timingSafeEqual(bytesOf(key), digest)).includes(true);
  return isKnown && !isOfAnotherRole(credential);
}

/** The anon key is in every page, and opens nothing, should it stand where a secret key should. */
function isOfAnotherRole(credential: string): boolean {
  try {
    return decodeJwt(credential).role !== "service_role";
  } catch {
    return false; // no JWT
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(sha256(text));
}
