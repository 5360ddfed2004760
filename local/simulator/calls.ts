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
  | "media"
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
  "media",
  "other",
];

/** A request, its path and body read. */
export interface Incoming {
  readonly call: Call;
  /**
   * What the path names: the session, the message, the kind of what is sent or a file; empty where
   * it names nothing.
   */
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
  ["send", /^POST \/api\/messages\/(text|image|file)$/],
  ["delete", /^DELETE \/api\/messages\/([^/]+)$/],
  ["stop", /^POST \/internal\/session\/([^/]+)\/stop$/],
  ["webhook", /^POST \/internal\/session\/([^/]+)\/webhook$/],
  ["react", /^POST \/api\/messages\/react$/],
  ["media", /^GET \/media\/([^/]+)$/],
];

/** Which call this method and path stand for, and what the path names. */
export function route(method: string, path: string): Pick<Incoming, "call" | "named"> {
  for (const [call, pattern] of ROUTES) {
    const match = pattern.exec(`${method} ${path}`);
    if (match) return { call, named: decoded(match[1] ?? "") };
  }
  return { call: "other", named: "" };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
