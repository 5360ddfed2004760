import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { serve, type Served, type Upgrade } from "./http.ts";

/** Who answers the requests to the gateway's port. */
export interface Routes {
  /** Answers `/auth/v1`, `/rest/v1` and `/storage/v1`. */
  supabase: (request: Request) => Promise<Response>;
  /** Where requests to `/functions/v1/<name>` are passed on to: an origin for each name. */
  functions: ReadonlyMap<string, string>;
  /** Takes the WebSockets of `/realtime/v1/websocket`; left out where there is no Realtime. */
  realtime?: Upgrade;
  /** Answers everything else. */
  pages: (request: Request) => Promise<Response> | Response;
}

/** The one port of a local project, with the paths that `supabase start` has. */
export interface Gateway extends Served {
  /** Starts to answer by these routes; until then every request is answered 503. */
  open(routes: Routes): void;
}

/**
 * The names by which this machine calls itself, as `Host` has them. A page of any other name that
 * resolves to 127.0.0.1 (DNS rebinding) would count as of the same origin as the stack.
 */
const OWN_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

const WRONG_HOST = "The local stack answers as localhost or 127.0.0.1 only: use one of these";

/** Headers that are about one connection, not about the message (RFC 9110, 7.6.1), and `host`. */
const NOT_FORWARDED = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
];

/**
 * Listens on 127.0.0.1; port 0 takes a free one. Requests to other host names are answered 421.
 * Throws as {@link serve} does.
 */
export async function listen(port: number): Promise<Gateway> {
  let routes: Routes | undefined;
  const refusal = (host: string | null | undefined): Response | undefined => {
    if (typeof host === "string" && !OWN_HOST.test(host)) return failure(421, WRONG_HOST);
    if (!routes) return failure(503, "The stack is starting");
  };
  const served = await serve(
    (request) => refusal(request.headers.get("host")) ?? route(request, routes!),
    {
      port,
      upgrade(incoming, socket, head) {
        const { status } = refusal(incoming.headers.host) ?? {};
        if (status !== undefined) return refuse(socket, status);
        if (!isWebSocketPath(incoming) || !routes?.realtime) return refuse(socket, 404);
        routes.realtime(incoming, socket, head);
      },
    },
  );
  return { ...served, open: (ready) => routes = ready };
}

function isWebSocketPath({ url = "/" }: IncomingMessage): boolean {
  return new URL(url, "http://127.0.0.1").pathname === "/realtime/v1/websocket";
}

/** Answers a request for an upgrade that nobody takes. */
function refuse(socket: Duplex, status: number): void {
  socket.on("error", () => {});
  socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
}

async function route(request: Request, routes: Routes): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (/^\/(auth|rest|storage)\/v1(\/|$)/.test(pathname)) {
    return withCors(request, await routes.supabase(request));
  }
  if (/^\/realtime(\/|$)/.test(pathname)) {
    return failure(404, "Of Realtime there is the WebSocket /realtime/v1/websocket");
  }
  const name = /^\/functions\/v1\/([^/]+)/.exec(pathname)?.[1];
  if (name === undefined) return routes.pages(request);
  const origin = routes.functions.get(name);
  return origin ? forward(request, origin) : failure(404, `There is no function ${name}`);
}

/** Passes a request on; both bodies are streamed. A client that disconnects aborts it. */
async function forward(request: Request, origin: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = forwarded(request.headers);
  headers.set("accept-encoding", "identity"); // else fetch asks for gzip and decompresses it
  try {
    const response = await fetch(origin + pathname.slice("/functions/v1".length) + search, {
      method: request.method,
      headers,
      body: request.body,
      signal: request.signal,
      redirect: "manual",
    });
    const { status, statusText, body } = response;
    return new Response(body, { status, statusText, headers: forwarded(response.headers) });
  } catch {
    return failure(503, "The function does not answer: it is restarting, or its code has an error");
  }
}

function forwarded(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of NOT_FORWARDED) kept.delete(name);
  return kept;
}

/** Adds the CORS headers that a hosted project sends and Supabase Lite does not. */
function withCors(request: Request, response: Response): Response {
  const headers = new Headers(response.headers);
  const add = (name: string, value: string) => headers.has(name) || headers.set(name, value);
  add("access-control-allow-origin", "*");
  if (request.method !== "OPTIONS") {
    return new Response(response.body, { status: response.status, headers });
  }
  add(
    "access-control-allow-headers",
    request.headers.get("access-control-request-headers") ??
      "authorization, apikey, content-type, prefer, x-client-info, x-supabase-api-version",
  );
  headers.set("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  return new Response(response.body, { status: response.status, headers });
}

function failure(status: number, message: string): Response {
  const headers = { "access-control-allow-origin": "*" };
  return Response.json({ message }, { status, headers });
}
