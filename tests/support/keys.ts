import { exportJWK, exportSPKI, generateKeyPair, type JWK } from "jose";
import { sign, type UserClaims, userClaims } from "./jwt.ts";

/** A key pair that a project signs its access tokens with. */
export interface SigningKey {
  /** The public half, as a JWKS holds it. */
  jwk: JWK;
  /** The public half as a PEM file. */
  pem: string;
  /** A signed-in user's access token, signed with this key, under another `kid` if wanted. */
  token(claims?: UserClaims, kid?: string): Promise<string>;
}

/** Makes a key of one of the algorithms that Supabase projects sign with. */
export async function signingKey(
  alg: "ES256" | "RS256" | "EdDSA",
  kid: string = crypto.randomUUID(),
): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...await exportJWK(publicKey), kid, alg, use: "sig" },
    pem: await exportSPKI(publicKey),
    token: (claims = {}, as = kid) => sign(userClaims(claims), privateKey, { alg, kid: as }),
  };
}

/** The bytes of a text, as HS256 takes a secret. */
export function secret(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
