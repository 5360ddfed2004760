import { decodeJwt, type JWTPayload } from "../deps/jose.ts";
import { z } from "../deps/zod.ts";
import { readBounded } from "../lib/bounded_body.ts";
import { withDeadline } from "../lib/deadline.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";

const TIMEOUT_MS = 4_000;
/** Larger answers are refused; an answer is a user with all their metadata. */
const MAX_ANSWER_BYTES = 1024 * 1024;

const userAnswer = z.object({ id: z.string() });

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
  if (await askForUser(jwt, env) !== claims.sub) throw new AppError("unauthorized");
  return claims;
}

/** The id of the user whose token it is: what `auth.getUser(jwt)` of supabase-js asks for. */
async function askForUser(jwt: string, env: Env): Promise<string> {
  try {
    return await withDeadline(TIMEOUT_MS, undefined, async (signal) => {
      const response = await fetch(`${env.supabaseUrl}/auth/v1/user`, {
        headers: { apikey: env.publishableKey, authorization: `Bearer ${jwt}` },
        redirect: "manual",
        signal,
      });
      const bytes = await readBounded(response, MAX_ANSWER_BYTES, signal);
      if ([401, 403, 404].includes(response.status)) throw new AppError("unauthorized");
      if (!response.ok) throw new Error(`The auth server answered ${response.status}`);
      return userAnswer.parse(JSON.parse(new TextDecoder().decode(bytes))).id;
    });
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError("auth_unavailable", { cause });
  }
}
