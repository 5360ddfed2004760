import { create, qr, start, status, stop, token, webhook } from "./account_calls.ts";
import { deleteMessage, react, send } from "./message_calls.ts";
import type { Settings } from "./options.ts";
import type { Platform } from "./platform.ts";
import { refusal } from "./requests.ts";

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
  | "webhook"
  | "react"
  | "other";

/** Every {@link Call}. */
export const CALLS: readonly Call[] = [
  "create",
  "token",
  "start",
  "qr",
  "status",
  "send",
  "delete",
  "stop",
  "webhook",
  "react",
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
  ["webhook", /^POST \/internal\/session\/([^/]+)\/webhook$/],
  ["react", /^POST \/api\/messages\/react$/],
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
    case "other":
      return refusal(404, "Not found");
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
