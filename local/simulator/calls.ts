import { decodeJwt } from "jose";
import type { Settings } from "./options.ts";
import type { Platform } from "./platform.ts";
import { qrBody, qrText } from "./qr.ts";

/** The platform's calls; `other` is any other request. */
export type Call =
  | "create"
  | "token"
  | "start"
  | "qr"
  | "status"
  | "send"
  | "delete"
  | "stop"
  | "other";

/** Every {@link Call}, in the order in which a connection makes them. */
export const CALLS: readonly Call[] = [
  "create",
  "token",
  "start",
  "qr",
  "status",
  "send",
  "delete",
  "stop",
  "other",
];

/** A request, its path and body read. */
export interface Incoming {
  readonly call: Call;
  /** The session, or the message, that the path names; empty where it names none. */
  readonly named: string;
  readonly headers: Headers;
  readonly body: string;
}

const ROUTES: [Call, RegExp][] = [
  ["create", /^POST \/api\/integrations\/wpp\/create$/],
  ["token", /^POST \/auth\/token$/],
  ["start", /^POST \/api\/accounts\/start$/],
  ["qr", /^GET \/api\/accounts\/([^/]+)\/qr$/],
  ["status", /^GET \/api\/accounts\/([^/]+)\/status$/],
  ["send", /^POST \/api\/messages\/text$/],
  ["delete", /^DELETE \/api\/messages\/([^/]+)$/],
  ["stop", /^POST \/internal\/session\/([^/]+)\/stop$/],
];

/** Which call this method and path stand for, and what the path names. */
export function route(method: string, path: string): Pick<Incoming, "call" | "named"> {
  for (const [call, pattern] of ROUTES) {
    const match = pattern.exec(`${method} ${path}`);
    if (match) return { call, named: decoded(match[1] ?? "") };
  }
  return { call: "other", named: "" };
}

/** Does what a request asks for, and answers as the platform does. */
export function answer(
  incoming: Incoming,
  platform: Platform,
  settings: Settings,
): Promise<Response> | Response {
  switch (incoming.call) {
    case "create":
      return create(incoming, platform, settings);
    case "token":
      return token(incoming, platform, settings);
    case "qr":
      return withToken(incoming, platform, incoming.named, async (session) => {
        const state = platform.stateOf(session);
        const hasQr = state === "qr_required" || state === "disconnected";
        const code = hasQr ? await qrText(session, platform.qrPeriodOf(session)) : null;
        const text = code === null ? null : settings.qrPrefix + code;
        return Response.json(await qrBody(text, settings));
      });
    case "status":
      return withToken(incoming, platform, incoming.named, (session) => {
        const state = platform.stateOf(session)!;
        return Response.json({ [settings.statusField]: settings.statusWord(state) });
      });
    case "start":
      return start(incoming, platform);
    case "send":
      return send(incoming, platform, settings);
    case "delete":
      return deleteMessage(incoming, platform);
    case "stop":
      return withToken(incoming, platform, incoming.named, (session) => {
        platform.stop(session);
        return Response.json({ success: true });
      });
    case "other":
      return refusal(404, "Not found");
  }
}

async function create(incoming: Incoming, platform: Platform, settings: Settings) {
  const credential = bearer(incoming.headers);
  const body = jsonObject(incoming.body || "{}");
  const key = incoming.headers.get("idempotency-key");
  let owner: string | null;
  if (credential !== null && credential === settings.secret) {
    if (typeof body?.organizationId !== "string") return refusal(400, "organizationId is required");
    owner = body.organizationId;
  } else {
    if (!credential || !await settings.acceptUserToken(credential)) {
      return refusal(401, "Invalid user token");
    }
    if (!body) return refusal(400, "The body must be a JSON object");
    owner = subject(credential);
  }
  const client = platform.create(owner, key);
  return Response.json({ apiKey: client.apiKey, session: client.session, status: "starting" });
}

async function token(incoming: Incoming, platform: Platform, settings: Settings) {
  const apiKey = jsonObject(incoming.body)?.apiKey;
  if (typeof apiKey !== "string") return refusal(400, "apiKey is required");
  const token = await platform.exchange(apiKey);
  if (!token) return refusal(settings.refusedKeyStatus, "Invalid API key");
  const { expiresIn } = settings;
  return Response.json({ token, ...(expiresIn === undefined ? {} : { expiresIn }) });
}

function start(incoming: Incoming, platform: Platform) {
  const { number } = jsonObject(incoming.body) ?? {};
  return withToken(incoming, platform, number, (session) => {
    platform.start(session);
    return Response.json({ status: platform.stateOf(session) });
  });
}

function deleteMessage(incoming: Incoming, platform: Platform) {
  const token = bearer(incoming.headers);
  const session = token === null ? null : platform.sessionOf(token);
  return withToken(incoming, platform, session, (session) => {
    if (!platform.deleteMessage(session, incoming.named)) return refusal(404, "Message not found");
    return Response.json({ success: true });
  });
}

function send(incoming: Incoming, platform: Platform, settings: Settings) {
  const { account, to, text } = jsonObject(incoming.body) ?? {};
  return withToken(incoming, platform, account, (session) => {
    if (typeof to !== "string" || !/^\d{8,15}$/.test(to)) {
      return refusal(400, "to must be 8 to 15 digits");
    }
    if (typeof text !== "string" || text === "") return refusal(400, "text must not be empty");
    if (platform.stateOf(session) !== "connected") {
      return Response.json({ success: false, error: "Session is not connected" }, { status: 409 });
    }
    const key = incoming.headers.get("idempotency-key");
    const { taskId } = platform.send(session, to, text, key);
    const id = settings.numericTaskIds ? Number(taskId) : taskId;
    return Response.json({ success: true, [settings.taskIdField]: id, status: "queued" });
  });
}

/** Runs `work` if the token is valid, and is one of this session, which still exists. */
function withToken(
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

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

function bearer(headers: Headers): string | null {
  return /^Bearer (\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}

function subject(jwt: string): string | null {
  try {
    return decodeJwt(jwt).sub ?? null;
  } catch {
    return null; // `acceptUserToken` may accept what is no JWT
  }
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
