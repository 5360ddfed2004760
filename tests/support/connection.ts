import { UnsecuredJWT } from "jose";
import type { WppConnection } from "../../supabase/functions/_shared/wpp/platform/token_source.ts";

/** A stored connection as the row gives it; each has an id of its own. */
export function storedConnection(overrides: Partial<WppConnection> = {}): WppConnection {
  const { accessToken = null } = overrides;
  return {
    id: crypto.randomUUID(),
    session: "0000000000004",
    apiKey: "test-api-key",
    isNewKey: false,
    accessToken,
    accessTokenExpiresAt: accessToken === null ? null : Date.now() + 3_600_000,
    credentialsId: crypto.randomUUID(),
    ...overrides,
  };
}

/** A token that reads as the platform's, with so many seconds left. */
export function accessTokenOf(lifetime: number): string {
  const now = Math.floor(Date.now() / 1000);
  return new UnsecuredJWT({ exp: now + lifetime, iat: now }).encode() + "signature";
}
