/** What the answers to all calls share: whose token came, what the body holds, and refusals. */
import type { Incoming } from "./calls.ts";
import type { Platform } from "./platform.ts";

/** Runs `work` if the token is valid, and is one of this session, which still exists. */
export function withToken(
  incoming: Incoming,
  platform: Platform,
  session: unknown,
  work: (session: string) => Promise<Response> | Response,
) {
  const token = bearer(incoming.headers);
  const tokenSession = token === null ? null : platform.sessionOf(token);
  if (tokenSession === null) return Response.json({ message: "Invalid token" }, { status: 401 });
  if (session !== tokenSession || platform.stateOf(tokenSession) === null) {
    return refusal(404, "Account not found");
  }
  return work(tokenSession);
}

export function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

export function notConnected(): Response {
  return Response.json({ success: false, error: "Session is not connected" }, { status: 409 });
}

export function bearer(headers: Headers): string | null {
  return /^Bearer (\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}

export function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
