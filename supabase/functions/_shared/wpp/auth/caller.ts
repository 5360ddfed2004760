import { decodeProtectedHeader, joseErrors, type JWTPayload } from "../deps/jose.ts";
import { verifyOnce } from "./cache.ts";
import { verifyWithAuthServer } from "./auth_server.ts";
import { ASYMMETRIC, sharedSecrets, verifyWithPublicKey, verifyWithSecrets } from "./keys.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";

/** A signed-in user of this project. */
export interface Caller {
  userId: string;
  /** The tenant: all that the caller may see and change belongs to it. */
  organizationId: string;
  /** The access token that the caller sent, verified. */
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
  if (claims.role !== "authenticated" || !claims.sub) throw new AppError("unauthorized");
  return { userId: claims.sub, organizationId: organizationOf(claims, claims.sub), jwt };
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

/** The one place that decides a user's organization. */
function organizationOf(claims: JWTPayload, userId: string): string {
  const metadata = claims.app_metadata as { organization_id?: unknown } | null | undefined;
  const id = metadata?.organization_id ?? undefined;
  if (id === undefined) return userId;
  if (Number.isSafeInteger(id)) return String(id);
  if (typeof id === "string" && /^(?!\s)[^\p{C}]{1,255}(?<!\s)$/u.test(id)) return id;
  // Falling back to the user would quietly hand out another tenant than the one meant.
  throw new AppError("unauthorized", {
    message: "The access token's app_metadata.organization_id is not an id.",
  });
}
