/** Where the keys that sign this project's access tokens come from, and verification with them. */
import type {
  FlattenedJWSInput,
  JSONWebKeySet,
  JWSHeaderParameters,
  JWTPayload,
  JWTVerifyGetKey,
  JWTVerifyOptions,
} from "jose";
import * as base64url from "jose/base64url";
import * as errors from "jose/errors";
import { createLocalJWKSet } from "jose/jwks/local";
import { createRemoteJWKSet } from "jose/jwks/remote";
import { jwtVerify } from "jose/jwt/verify";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";

/** What Supabase projects may sign with, but for the shared secret. */
export const ASYMMETRIC = ["ES256", "RS256", "EdDSA"];

const JWKS_TIMEOUT = 4_000;
const JWKS_MAX_AGE = 10 * 60_000;
/** Milliseconds between two looks for an unknown `kid`, and after a look that failed. */
const JWKS_COOLDOWN = 30_000;
const JWKS_FAILURE_COOLDOWN = 5_000;

/** The claims that every user token of a Supabase project has. */
export function expectedClaims(env: Env): JWTVerifyOptions {
  return {
    audience: "authenticated",
    issuer: env.jwtIssuer,
    requiredClaims: ["sub", "exp"],
  };
}

/** With the keys of SUPABASE_JWKS, else with those that the project's JWKS endpoint publishes. */
export async function verifyWithPublicKey(jwt: string, env: Env): Promise<JWTPayload> {
  const options = { ...expectedClaims(env), algorithms: ASYMMETRIC };
  return (await jwtVerify(jwt, publicKeys(env), options)).payload;
}

/** With the first secret that fits. */
export async function verifyWithSecrets(
  jwt: string,
  secrets: Uint8Array[],
  env: Env,
): Promise<JWTPayload> {
  for (const secret of secrets) {
    try {
      const options = { ...expectedClaims(env), algorithms: ["HS256"] };
      return (await jwtVerify(jwt, secret, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new AppError("unauthorized");
}

/** JWT_SECRET and the `oct` keys of SUPABASE_JWKS, less those that are named for other tokens. */
export function sharedSecrets(env: Env, kid?: string): Uint8Array[] {
  const octKeys = env.jwks.filter((key) =>
    key.kty === "oct" && typeof key.k === "string" &&
    (key.kid === undefined || kid === undefined || key.kid === kid)
  );
  return [
    ...(env.jwtSecret ? [new TextEncoder().encode(env.jwtSecret)] : []),
    ...octKeys.map((key) => base64url.decode(key.k as string)),
  ];
}

/** Key sets by configuration: an isolate has one. */
const keySets = new WeakMap<Env, JWTVerifyGetKey>();

function publicKeys(env: Env): JWTVerifyGetKey {
  const known = keySets.get(env);
  if (known) return known;
  const given = createLocalJWKSet({
    keys: env.jwks.filter((key) => key.kty !== "oct"),
  } as JSONWebKeySet);
  const published = publishedKeys(env);
  const keys: JWTVerifyGetKey = (header, token) =>
    given(header, token).catch((error) => {
      if (error instanceof errors.JWKSNoMatchingKey) return published(header, token);
      throw error;
    });
  keySets.set(env, keys);
  return keys;
}

/** The JWKS endpoint's keys. While it is down, those that it gave last go on being used. */
function publishedKeys(env: Env): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(`${env.supabaseUrl}/auth/v1/.well-known/jwks.json`), {
    timeoutDuration: JWKS_TIMEOUT,
    cacheMaxAge: JWKS_MAX_AGE,
    cooldownDuration: JWKS_COOLDOWN,
    headers: { apikey: env.publishableKey },
  });
  let failedAt = -Infinity;
  return async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    let cause: unknown;
    if (Date.now() - failedAt >= JWKS_FAILURE_COOLDOWN) {
      try {
        return await remote(header, token);
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey) throw error;
        if (error instanceof errors.JWKSMultipleMatchingKeys) throw error; // a token without kid
        failedAt = Date.now();
        cause = error;
      }
    }
    const last = remote.jwks();
    const key = last && await createLocalJWKSet(last)(header, token).catch(() => undefined);
    if (key) return key;
    throw new AppError("auth_unavailable", { cause });
  };
}
