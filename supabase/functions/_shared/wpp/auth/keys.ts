/** Where the keys that sign this project's access tokens come from, and verification with them. */
import {
  base64url,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  type FlattenedJWSInput,
  joseErrors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from "../deps/jose.ts";
import { type Env, perEnv } from "../env.ts";
import { AppError } from "../errors.ts";
import { boundedFetch } from "../lib/bounded_fetch.ts";

/** What Supabase projects may sign with, besides the shared secret. */
export const ASYMMETRIC = ["ES256", "RS256", "EdDSA"];

const JWKS_TIMEOUT_MS = 4_000;
const JWKS_MAX_AGE_MS = 10 * 60_000;
/** Between two requests for the keys, when a token names a `kid` that is not among them. */
const JWKS_COOLDOWN_MS = 30_000;
/** After a request for the keys that failed. */
const JWKS_FAILURE_COOLDOWN_MS = 5_000;
/** Larger answers are refused; a key is less than a KiB. */
const MAX_JWKS_BYTES = 1024 * 1024;

/**
 * The claims that every user token of a Supabase project has; the legacy service key, a JWT too, has
 * its role alone.
 */
function expectedClaims(jwt: string, env: Env): JWTVerifyOptions {
  if (decodeJwt(jwt).role === "service_role") return {};
  return {
    audience: "authenticated",
    issuer: env.jwtIssuer,
    requiredClaims: ["sub", "exp"],
  };
}

/** With the keys of SUPABASE_JWKS, else with those that the project's JWKS endpoint publishes. */
export async function verifyWithPublicKey(jwt: string, env: Env): Promise<JWTPayload> {
  const options = { ...expectedClaims(jwt, env), algorithms: ASYMMETRIC };
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
      const options = { ...expectedClaims(jwt, env), algorithms: ["HS256"] };
      return (await jwtVerify(jwt, secret, options)).payload;
    } catch (error) {
      if (!(error instanceof joseErrors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new AppError("unauthorized");
}

/** JWT_SECRET and the `oct` keys of SUPABASE_JWKS, without keys whose kid is not the token's. */
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

const publicKeys = perEnv((env): JWTVerifyGetKey => {
  const given = createLocalJWKSet({
    keys: env.jwks.filter((key) => key.kty !== "oct"),
  } as JSONWebKeySet);
  const published = publishedKeys(env);
  return (header, token) =>
    given(header, token).catch((error) => {
      if (error instanceof joseErrors.JWKSNoMatchingKey) return published(header, token);
      throw error;
    });
});

/** The JWKS endpoint's keys. While it is unavailable, the last ones that it gave are used. */
function publishedKeys(env: Env): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(`${env.supabaseUrl}/auth/v1/.well-known/jwks.json`), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cacheMaxAge: JWKS_MAX_AGE_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
    headers: { apikey: env.publishableKey },
    [customFetch]: boundedFetch(MAX_JWKS_BYTES),
  });
  let failedAt = -Infinity;
  return async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    let cause: unknown;
    if (Date.now() - failedAt >= JWKS_FAILURE_COOLDOWN_MS) {
      try {
        return await remote(header, token);
      } catch (error) {
        if (error instanceof joseErrors.JWKSNoMatchingKey) throw error;
        if (error instanceof joseErrors.JWKSMultipleMatchingKeys) throw error; // a token without kid
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
