import { SignJWT } from "jose";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";

/** A user of an organization, signed in. */
export interface User {
  id: string;
  organizationId: string;
  token: string;
}

const secret = new TextEncoder().encode(DEVELOPMENT_KEYS.jwtSecret);

/** The n-th user of an organization; all have the organization's id in their token. */
export async function signIn(organization: number, user = 0): Promise<User> {
  const id = `00000000-0000-4000-8000-${String(organization * 10 + user).padStart(12, "0")}`;
  const organizationId = `organization-${organization}`;
  const token = await new SignJWT({
    role: "authenticated",
    app_metadata: { organization_id: organizationId },
  }).setProtectedHeader({ alg: "HS256", typ: "JWT" }).setSubject(id).setAudience("authenticated")
    .setIssuedAt().setExpirationTime("1h").sign(secret);
  return { id, organizationId, token };
}
