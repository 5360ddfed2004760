import { SignJWT } from "jose";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";

/** A user of an organization, signed in. */
export interface User {
  id: string;
  organizationId: string;
  token: string;
}

const secret = new TextEncoder().encode(DEVELOPMENT_KEYS.jwtSecret);

export function organizationIdOf(organization: number): string {
  return `organization-${organization}`;
}

/** Whether an organization's accounts are created with WPP_SECRET; else with its first user's JWT. */
export function isBySecret(organization: number): boolean {
  return organization % 3 !== 2;
}

/** What the platform knows an organization's first account as. */
export function identityOf(organization: number): string {
  return isBySecret(organization) ? organizationIdOf(organization) : userId(organization, 0);
}

/** The identity of an organization's first account, of that of any of its accounts. */
export function firstOf(identity: string): string {
  return identity.split("__wpp__")[0];
}

/** The n-th user of an organization; all have the organization's id in their token. */
export async function signIn(organization: number, user = 0): Promise<User> {
  const id = userId(organization, user);
  const organizationId = organizationIdOf(organization);
  return { id, organizationId, token: await tokenOf(id, organizationId) };
}

/** An access token of that user, with that organization's id. */
export async function tokenOf(id: string, organizationId: string): Promise<string> {
  return await new SignJWT({
    role: "authenticated",
    app_metadata: { organization_id: organizationId },
  }).setProtectedHeader({ alg: "HS256", typ: "JWT" }).setSubject(id).setAudience("authenticated")
    .setIssuedAt().setExpirationTime("1h").sign(secret);
}

export function userId(organization: number, user: number): string {
  return `00000000-0000-4000-8000-${String(organization * 10 + user).padStart(12, "0")}`;
}
