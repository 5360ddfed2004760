import { create, qr, start, status, stop, token, webhook } from "./account_calls.ts";
import { deleteMessage, react } from "./message_calls.ts";
import type { Settings } from "./options.ts";
import type { Platform } from "./platform.ts";
import { refusal } from "./requests.ts";
import { send } from "./send_calls.ts";
import { sharedFile } from "./file_call.ts";
import type { Incoming } from "./calls.ts";

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
      return qr(incoming, platform, settings);
    case "status":
      return status(incoming, platform, settings);
    case "start":
      return start(incoming, platform);
    case "send":
      return send(incoming, platform, settings);
    case "delete":
      return deleteMessage(incoming, platform);
    case "stop":
      return stop(incoming, platform);
    case "webhook":
      return webhook(incoming, platform, settings);
    case "react":
      return react(incoming, platform, settings);
    case "media":
      return sharedFile(incoming, platform);
    case "other":
      return refusal(404, "Not found");
  }
}
