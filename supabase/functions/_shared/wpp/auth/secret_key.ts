import { timingSafeEqual } from "node:crypto";
import { decodeJwt } from "../deps/jose.ts";
import { type Env, perEnv } from "../env.ts";
import { sha256 } from "../lib/sha256.ts";

/**
 * Whether this is one of the project's secret keys. Digests are compared, all of them and each in
 * constant time, so that the time it takes tells nothing of the keys.
 */
export function isSecretKey(credential: string, env: Env): boolean {
  const digest = digestOf(credential);
  return digests(env).map((one) => timingSafeEqual(one, digest)).includes(true);
}

/** Of all secret keys; they are the same for every request. */
const digests = perEnv(({ secretKeys }) =>
  secretKeys.filter((key) => !isOfAnotherRole(key)).map(digestOf)
);

/** The anon key is in every page, and opens nothing, should it stand where a secret key should. */
function isOfAnotherRole(key: string): boolean {
  try {
    return decodeJwt(key).role !== "service_role";
  } catch {
    return false; // no JWT
  }
}

function digestOf(text: string): Uint8Array {
  return new TextEncoder().encode(sha256(text));
}
