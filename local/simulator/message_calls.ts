import type { Incoming } from "./calls.ts";
import type { Settings } from "./options.ts";
import type { Platform } from "./platform.ts";
import { bearer, jsonObject, refusal, withToken } from "./requests.ts";

export function send(incoming: Incoming, platform: Platform, settings: Settings) {
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
    const { taskId } = platform.messages.send(session, to, text, key);
    const id = settings.numericTaskIds ? Number(taskId) : taskId;
    return Response.json({ success: true, [settings.taskIdField]: id, status: "queued" });
  });
}

export function deleteMessage(incoming: Incoming, platform: Platform) {
  const token = bearer(incoming.headers);
  const session = token === null ? null : platform.sessionOf(token);
  return withToken(incoming, platform, session, (session) => {
    if (!platform.messages.delete(session, incoming.named)) {
      return refusal(404, "Message not found");
    }
    return Response.json({ success: true });
  });
}
