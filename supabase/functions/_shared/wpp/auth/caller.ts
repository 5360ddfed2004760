import { decodeProtectedHeader, joseErrors, type JWTPayload } from "../deps/jose.ts";
import { rememberedClaims, verifyOnce } from "./cache.ts";
import { verifyWithAuthServer } from "./auth_server.ts";
import { ASYMMETRIC, sharedSecrets, verifyWithPublicKey, verifyWithSecrets } from "./keys.ts";
import type { CallerKind } from "../contract/function_contract.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";
import { isSecretKey } from "./secret_key.ts";

/** Who calls. */
export type Caller = User | Server;

/** A signed-in user of this project. */
export interface User {
  kind: "user";
  /** The verified claims of their access token. The database finds their organization by them. */
  claims: JWTPayload & { sub: string };
  /** The access token itself. */
  jwt: string;
}

/** The project's own server: whoever has its secret key. It acts for any organization. */
export interface Server {
  kind: "server";
}

/**
 * Who calls: the verified user of the request's Bearer token, else the project's own server, by its
 * secret key. A secret key beside a user's token is that user. Other API keys are nobody.
 *
 * @throws AppError `unauthorized`; `auth_unavailable` when the keys to verify with cannot be had.
 */
export async function authenticate(request: Request, env: Env): Promise<Caller> {
  const authorization = request.headers.get("authorization")?.trim();
  const credential = authorization ? bearer(authorization) : request.headers.get("apikey")?.trim();
  if (!credential) throw new AppError("unauthorized");
  // A remembered token was compared already, when it first came: digests take as long as all else here.
  const remembered = rememberedClaims(credential, env);
  if (!remembered && isSecretKey(credential, env)) return { kind: "server" };
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential)) throw new AppError("unauthorized");
  const claims = await (remembered ?? verifyOnce(credential, env, () => verify(credential, env)));
  if (claims.role === "service_role") return { kind: "server" };
  // As apikey, a user's token would be one that supabase-js never sends.
  if (!authorization) throw new AppError("unauthorized");
  return user(claims, credential, env);
}

const NEEDS_SECRET_KEY = "Only the project's own server may call this: send its secret key.";

/**
 * Who calls, if a function's row of the contract lets them.
 *
 * @throws AppError as `authenticate` does; `unauthorized` for whom it does not let.
 */
export async function admitCaller(
  request: Request,
  env: Env,
  callers: readonly CallerKind[],
): Promise<Caller> {
  const caller = await authenticate(request, env);
  if (callers.includes(caller.kind)) return caller;
  const message = callers.includes("user") ? undefined : NEEDS_SECRET_KEY;
  throw new AppError("unauthorized", { message });
}

function bearer(authorization: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

function user(claims: JWTPayload, jwt: string, env: Env): User {
  const { role, sub, is_anonymous } = claims;
  if (role !== "authenticated" || !sub) throw new AppError("unauthorized");
  // Each of them would get an account at the platform, and anybody can be as many as they like.
  if (is_anonymous && !env.allowAnonymousUsers) {
    throw new AppError("unauthorized", {
      message: "Anonymous users are not let in. Sign in with an account, or set " +
        "ALLOW_ANONYMOUS_USERS=true for the functions.",
    });
  }
  return { kind: "user", claims: { ...claims, sub }, jwt };
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
