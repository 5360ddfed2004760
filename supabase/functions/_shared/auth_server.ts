import { createClient } from "@supabase/supabase-js";
import { decodeJwt, type JWTPayload } from "jose";
import { withDeadline } from "./deadline.ts";
import type { Env } from "./env.ts";
import { AppError } from "./errors.ts";
import { sha256 } from "./sha256.ts";

const TIMEOUT = 4_000;
/** Milliseconds for which a verified token is believed without asking again. */
const MEMORY = 60_000;
const MAX_REMEMBERED = 1_000;

/** Token fingerprint → until when it is believed, or the question that is under way. */
const verified = new Map<string, { until: number; asked: Promise<void> }>();

/**
 * Verifies a token by asking the project's auth server, for projects that sign with a secret which
 * they do not tell their functions. The claims are checked here before anything is asked.
 *
 * @throws AppError `unauthorized`, `auth_unavailable`
 */
export async function verifyWithAuthServer(jwt: string, env: Env): Promise<JWTPayload> {
  const claims = decodeJwt(jwt);
  const expiresAt = typeof claims.exp === "number" ? claims.exp * 1000 : 0;
  const fits = [claims.aud].flat().includes("authenticated") && claims.role === "authenticated" &&
    (env.jwtIssuer === undefined || claims.iss === env.jwtIssuer) && Boolean(claims.sub);
  if (!fits || expiresAt <= Date.now()) throw new AppError("unauthorized");

  const key = await sha256(`${env.supabaseUrl} ${jwt}`);
  let entry = verified.get(key);
  if (!entry || entry.until <= Date.now()) {
    const until = Math.min(expiresAt, Date.now() + MEMORY);
    entry = { until, asked: askAuthServer(jwt, claims.sub!, env) };
    verified.delete(key);
    verified.set(key, entry);
    if (verified.size > MAX_REMEMBERED) verified.delete(verified.keys().next().value!);
  }
  try {
    await entry.asked;
  } catch (error) {
    if (verified.get(key) === entry) verified.delete(key);
    throw error;
  }
  return claims;
}

async function askAuthServer(jwt: string, userId: string, env: Env): Promise<void> {
  const { data, error } = await withDeadline(TIMEOUT, undefined, (signal) => {
    const { auth } = createClient(env.supabaseUrl, env.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      global: { fetch: (input, init) => fetch(input, { ...init, signal }) },
    });
    return auth.getUser(jwt);
  }).catch((cause) => {
    throw new AppError("auth_unavailable", { cause });
  });
  if (data.user?.id === userId) return;
  const refused = !error || error.status === 401 || error.status === 403 || error.status === 404;
  throw new AppError(refused ? "unauthorized" : "auth_unavailable", { cause: error });
}
