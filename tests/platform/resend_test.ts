/** What Deno's own HTTP client does with a connection that breaks, seen from a raw TCP server. */
import assert from "node:assert/strict";
import type { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { WppMsgClient } from "../../supabase/functions/_shared/wpp.ts";
import { accessTokenOf, storedConnection } from "../support/connection.ts";

/** Answers the first request and keeps the connection; from then on reads a request and hangs up. */
function keepAliveServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: string[] = [];
  const serve = async (conn: Deno.Conn) => {
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const size = await conn.read(buffer).catch(() => null);
      if (size === null) break;
      const text = new TextDecoder().decode(buffer.subarray(0, size));
      const [, path] = /^(?:GET|POST) (\S+) /.exec(text) ?? [];
      if (path) requests.push(path);
      if (!path?.endsWith("/status")) break;
      const body = JSON.stringify({ status: "connected" });
      const head =
        `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: keep-alive\r\n\r\n`;
      await conn.write(new TextEncoder().encode(head + body));
    }
    conn.close();
  };
  const accepting = (async () => {
    for await (const conn of listener) serve(conn);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    async stop() {
      listener.close();
      await accepting.catch(() => {});
    },
  };
}

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "sendText reaches the platform once when a kept-alive connection breaks",
  options,
  async () => {
    const server = keepAliveServer();
    const client = new WppMsgClient({ baseUrl: server.baseUrl });
    const known = storedConnection({ accessToken: accessTokenOf(3600) });
    await client.status(known); // leaves a connection in the pool
    const message = { to: "79991112233", text: "once", idempotencyKey: "key" };
    const error = await client.sendText(known, message).catch((error: AppError) => error);
    await server.stop();
    assert.equal((error as AppError).code, "delivery_unknown");
    assert.deepEqual(server.requests.filter((path) => path === "/api/messages/text").length, 1);
  },
);

Deno.test(
  "create reaches the platform once when a kept-alive connection breaks",
  options,
  async () => {
    const server = keepAliveServer();
    const client = new WppMsgClient({ baseUrl: server.baseUrl });
    await client.status(storedConnection({ accessToken: accessTokenOf(3600) }));
    const error = await client.create({ userJwt: "a.b.c" }, "claim").catch((error: AppError) =>
      error
    );
    await server.stop();
    assert.equal((error as AppError).effect, "unknown");
    assert.equal(server.requests.filter((path) => path.endsWith("/create")).length, 1);
  },
);
