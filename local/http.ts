import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Duplex, Readable } from "node:stream";

/** A server that listens on 127.0.0.1. */
export interface Served {
  /** Without a trailing slash. */
  readonly url: string;
  /** Breaks open connections, and resolves when the port is free again. */
  stop(): Promise<void>;
}

/** Takes over the connection of a request that asks to be upgraded. */
export type Upgrade = (incoming: IncomingMessage, socket: Duplex, head: Uint8Array) => void;

type Handler = (request: Request) => Promise<Response> | Response;

/**
 * Serves `handler` on 127.0.0.1; port 0 takes a free one. Connections are kept alive only where
 * `keepAlive` says so; `upgrade` takes those that ask for another protocol. A handler that throws, or a body that fails, breaks the connection;
 * `request.signal` aborts when the client disconnects. `Deno.serve` does neither: it answers 500,
 * and aborts the signal after every answer too.
 *
 * @throws an error with `code` "EADDRINUSE" when the port is taken.
 */
export async function serve(
  handler: Handler,
  { port = 0, keepAlive = false, upgrade }: {
    port?: number;
    keepAlive?: boolean;
    upgrade?: Upgrade;
  } = {},
): Promise<Served> {
  const server = createServer((incoming, outgoing) => {
    // Deno's fetch repeats a request whose kept-alive connection breaks, and so hides the break.
    outgoing.shouldKeepAlive &&= keepAlive;
    exchange(handler, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  if (upgrade) server.on("upgrade", upgrade);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function exchange(
  handler: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const disconnected = new AbortController();
  outgoing.on("close", () => disconnected.abort(new Error("The client went away")));
  const response = await handler(requestFrom(incoming, disconnected.signal));
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  outgoing.flushHeaders();
  for await (const chunk of response.body ?? []) {
    if (disconnected.signal.aborted) return;
    if (!outgoing.write(chunk)) await once(outgoing, "drain", { signal: disconnected.signal });
  }
  outgoing.end();
}

function requestFrom(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", headers } = incoming;
  const hasNoBody = method === "GET" || method === "HEAD";
  return new Request(`http://${headers.host ?? "127.0.0.1"}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
    body: hasNoBody ? null : Readable.toWeb(incoming) as ReadableStream,
    signal,
  });
}
