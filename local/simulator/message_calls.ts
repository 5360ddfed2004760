import type { Incoming } from "./calls.ts";
import type { Settings } from "./options.ts";
import type { Platform } from "./platform.ts";
import { bearer, jsonObject, notConnected, refusal, withToken } from "./requests.ts";

export function deleteMessage(incoming: Incoming, platform: Platform) {
  return withToken(incoming, platform, sessionOf(incoming, platform), (session) => {
    if (!platform.messages.delete(session, incoming.named)) {
      return refusal(404, "Message not found");
    }
    return Response.json({ success: true });
  });
}

/** Reacts to a message by the id that WhatsApp gave it; here `to` has a `+`. */
export function react(incoming: Incoming, platform: Platform, settings: Settings) {
  const { to, waMessageId, emoji } = jsonObject(incoming.body) ?? {};
  return withToken(incoming, platform, sessionOf(incoming, platform), (session) => {
    if (typeof to !== "string" || !/^\+\d{7,15}$/.test(to)) {
      return refusal(400, "to must be + and 7 to 15 digits");
    }
    if (typeof waMessageId !== "string" || typeof emoji !== "string") {
      return refusal(400, "waMessageId and emoji are required");
    }
    if (emoji === "" && !settings.removesReactions) return refusal(400, "emoji must not be empty");
    if (!platform.messages.knows(session, waMessageId)) return refusal(404, "Message not found");
    if (platform.stateOf(session) !== "connected") return notConnected();
    platform.messages.reactions.push({ session, to, waMessageId, emoji });
    return Response.json({ success: true });
  });
}

/** The session that the token is for, where the call does not name one. */
function sessionOf({ headers }: Incoming, platform: Platform): string | null {
  const token = bearer(headers);
  return token === null ? null : platform.sessionOf(token);
}
