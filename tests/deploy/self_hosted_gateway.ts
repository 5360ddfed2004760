import { SignJWT } from "jose";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";

/** The keys of a self-hosted project: JWTs, signed with its JWT secret as its documentation says. */
export interface LegacyKeys {
  anonKey: string;
  serviceRoleKey: string;
}

export async function makeLegacyKeys(): Promise<LegacyKeys> {
  return { anonKey: await legacyKey("anon"), serviceRoleKey: await legacyKey("service_role") };
}

/**
 * What the gateway of a self-hosted project does before a project that knows only new keys:
 * legacy keys are exchanged for those, and a call with any other is refused.
 */
export function selfHosted(
  keys: LegacyKeys,
  supabase: (request: Request) => Promise<Response>,
): (request: Request) => Promise<Response> {
  const newKeys = new Map([
    [keys.anonKey, DEVELOPMENT_KEYS.publishableKey],
    [keys.serviceRoleKey, DEVELOPMENT_KEYS.secretKey],
  ]);
  return async (request) => {
    const key = newKeys.get(request.headers.get("apikey") ?? "");
    if (!key) return Response.json({ message: "No API key found in request" }, { status: 401 });
    const headers = new Headers(request.headers);
    headers.set("apikey", key);
    const [scheme, token = ""] = headers.get("authorization")?.split(" ") ?? [];
    if (newKeys.has(token)) headers.set("authorization", `${scheme} ${newKeys.get(token)}`);
    return await supabase(new Request(request, { headers }));
  };
}

async function legacyKey(role: string): Promise<string> {
  return await new SignJWT({ role, iss: "supabase" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime("5y")
    .sign(new TextEncoder().encode(DEVELOPMENT_KEYS.jwtSecret));
}
