import { decodeProtectedHeader, joseErrors, type JWTPayload } from "../deps/jose.ts";
import { verifyOnce } from "./cache.ts";
import { verifyWithAuthServer } from "./auth_server.ts";
import { ASYMMETRIC, sharedSecrets, verifyWithPublicKey, verifyWithSecrets } from "./keys.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";

/** A signed-in user of this project. */
export interface Caller {
  /** The verified claims of their access token. The database finds their organization by them. */
  claims: JWTPayload & { sub: string };
  /** The access token itself. */
  jwt: string;
}

/**
 * Who calls: the verified user of the request's Bearer token. API keys are not users.
 *
 * @throws AppError `unauthorized`; `auth_unavailable` when the keys to verify with cannot be had.
 */
export async function authenticate(request: Request, env: Env): Promise<Caller> {
  const jwt = bearerToken(request);
  const claims = await verifyOnce(jwt, env, () => verify(jwt, env));
  const { role, sub, is_anonymous } = claims;
  if (role !== "authenticated" || !sub) throw new AppError("unauthorized");
  // Each of them would get an account at the platform, and anybody can be as many as they like.
  if (is_anonymous && !env.allowAnonymousUsers) {
    throw new AppError("unauthorized", {
      message: "Anonymous users are not let in. Sign in with an account, or set " +
        "ALLOW_ANONYMOUS_USERS=true for the functions.",
    });
  }
  return { claims: { ...claims, sub }, jwt };
}

function bearerToken(request: Request): string {
  const header = request.headers.get("authorization") ?? "";
  const [, token] = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? [];
  if (!token) throw new AppError("unauthorized");
  return token;
}

/** The token's own `alg` only chooses among key sources; each accepts its own algorithms alone. */
async function verify(jwt: string, env: Env): Promise<JWTPayload> {
  try {
    const { alg = "", kid } = decodeProtectedHeader(jwt);
    if (ASYMMETRIC.includes(alg)) return await verifyWithPublicKey(jwt, env);
    if (alg !== "HS256") throw new AppError("unauthorized");
    const secrets = sharedSecrets(env, kid);
    if (secrets.length > 0) return await verifyWithSecrets(jwt, secrets, env);
    return await verifyWithAuthServer(jwt, env);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof joseErrors.JOSEError || error instanceof TypeError) {
      throw new AppError("unauthorized", { cause: error });
    }
    throw error;
  }
}
