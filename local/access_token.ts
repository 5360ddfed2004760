import { decodeJwt, type JWTPayload, SignJWT } from "jose";

/** What Supabase Auth answers to a sign-in, and to a refresh of the access token. */
interface Session {
  access_token: string;
  user: { app_metadata: unknown; user_metadata: unknown };
}

/**
 * Adds to the access token of an answer what Supabase Auth writes there, and Supabase Lite 0.10 does
 * not: the user's metadata. `app_metadata.organization_id` says who shares a connection.
 */
export async function withMetadata(response: Response, jwtSecret: string): Promise<Response> {
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  if (!response.ok || !isJson) return response;
  const answer: unknown = await response.json();
  const body = isSession(answer) ? await completed(answer, jwtSecret) : answer;
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return new Response(JSON.stringify(body), { status: response.status, headers });
}

function isSession(answer: unknown): answer is Session {
  const { access_token: token, user } = (answer ?? {}) as Partial<Session>;
  return typeof token === "string" && typeof user === "object";
}

async function completed(session: Session, jwtSecret: string): Promise<Session> {
  const { app_metadata, user_metadata } = session.user;
  const claims: JWTPayload = { ...decodeJwt(session.access_token), app_metadata, user_metadata };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(jwtSecret));
  return { ...session, access_token: token };
}
