import { type JWTHeaderParameters, type JWTPayload, SignJWT } from "jose";

export const JWT_SECRET = "a-secret-of-these-tests-that-is-long-enough-for-hs256";

export interface UserClaims extends JWTPayload {
  role?: string;
  app_metadata?: Record<string, unknown>;
}

/** The claims of a signed-in user's access token, as Supabase Auth issues it. */
export function userClaims(claims: UserClaims = {}): UserClaims {
  const now = Math.floor(Date.now() / 1000);
  return {
    sub: crypto.randomUUID(),
    aud: "authenticated",
    role: "authenticated",
    iat: now,
    exp: now + 3600,
    ...claims,
  };
}

export async function sign(
  claims: UserClaims,
  key: CryptoKey | Uint8Array = new TextEncoder().encode(JWT_SECRET),
  header: JWTHeaderParameters = { alg: "HS256", typ: "JWT" },
): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader(header).sign(key);
}

/** A signed-in user's access token. */
export async function userToken(claims: UserClaims = {}): Promise<string> {
  return await sign(userClaims(claims));
}
