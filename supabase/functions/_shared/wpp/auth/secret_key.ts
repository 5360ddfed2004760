import { timingSafeEqual } from "node:crypto";
import { decodeJwt } from "../deps/jose.ts";
import { type Env, perEnv } from "../env.ts";

/**
 * Whether this is one of the project's secret keys. All of them are compared and each in constant time,
 * so that the time it takes tells nothing of the keys but their length, which is no secret.
 */
export function isSecretKey(credential: string, env: Env): boolean {
  const bytes = encoder.encode(credential);
  return keysOf(env).map((key) => key.length === bytes.length && timingSafeEqual(key, bytes))
    .includes(true);
}

const encoder = new TextEncoder();

/** As bytes; they are the same for every request. */
const keysOf = perEnv(({ secretKeys }) =>
  secretKeys.filter((key) => !isOfAnotherRole(key)).map((key) => encoder.encode(key))
);

/** The anon key is in every page, and opens nothing, should it stand where a secret key should. */
function isOfAnotherRole(key: string): boolean {
  try {
    return decodeJwt(key).role !== "service_role";
  } catch {
    return false; // no JWT
  }
}
