import { decodeJwt } from "jose";
import type { Incoming } from "./calls.ts";
import type { Settings } from "./options.ts";
import type { Platform } from "./platform.ts";
import { qrBody, qrText } from "./qr.ts";
import { bearer, jsonObject, refusal, withToken } from "./requests.ts";
import { isWebhookUrl } from "./webhooks.ts";

export async function create(incoming: Incoming, platform: Platform, settings: Settings) {
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

export async function token(incoming: Incoming, platform: Platform, settings: Settings) {
  const apiKey = jsonObject(incoming.body)?.apiKey;
  if (typeof apiKey !== "string") return refusal(400, "apiKey is required");
  const token = await platform.exchange(apiKey);
  if (!token) return refusal(settings.refusedKeyStatus, "Invalid API key");
  const { expiresIn } = settings;
  return Response.json({ token, ...(expiresIn === undefined ? {} : { expiresIn }) });
}

export function start(incoming: Incoming, platform: Platform) {
  const { number } = jsonObject(incoming.body) ?? {};
  return withToken(incoming, platform, number, (session) => {
    platform.start(session);
    return Response.json({ status: platform.stateOf(session) });
  });
}

export function qr(incoming: Incoming, platform: Platform, settings: Settings) {
  return withToken(incoming, platform, incoming.named, async (session) => {
    const state = platform.stateOf(session);
    const hasQr = state === "qr_required" || state === "disconnected";
    const text = hasQr ? await qrText(session, platform.qrPeriodOf(session), settings) : null;
    return Response.json(await qrBody(text, settings));
  });
}

export function status(incoming: Incoming, platform: Platform, settings: Settings) {
  return withToken(incoming, platform, incoming.named, (session) => {
    const state = platform.stateOf(session)!;
    return Response.json({ [settings.statusField]: settings.statusWord(state) });
  });
}

export function stop(incoming: Incoming, platform: Platform) {
  return withToken(incoming, platform, incoming.named, (session) => {
    platform.stop(session);
    return Response.json({ success: true });
  });
}

/** Registers the URL that the session's events go to; an earlier one is forgotten. */
export function webhook(incoming: Incoming, platform: Platform, settings: Settings) {
  if (settings.webhookUnsupported) return unknownRoute(incoming);
  return withToken(incoming, platform, incoming.named, (session) => {
    const url = jsonObject(incoming.body)?.url;
    if (!isWebhookUrl(url)) return refusal(400, "url must be a http or https URL");
    platform.webhooks.register(session, url);
    return Response.json({ success: true });
  });
}

/** What Express answers where it has no route. */
function unknownRoute({ named }: Incoming): Response {
  const path = `/internal/session/${encodeURIComponent(named)}/webhook`;
  const body = `<!DOCTYPE html>\n<pre>Cannot POST ${path}</pre>\n`;
  const headers = { "content-type": "text/html; charset=utf-8" };
  return new Response(body, { status: 404, headers });
}

function subject(jwt: string): string | null {
  try {
    return decodeJwt(jwt).sub ?? null;
  } catch {
    return null; // `acceptUserToken` may accept what is no JWT
  }
}
