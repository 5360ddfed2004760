import assert from "node:assert/strict";
import type { Duplex } from "node:stream";
import { listen } from "../../local/gateway.ts";

/** Sends a request as it stands, and returns the status and the body of the answer. */
async function raw(
  port: number,
  hostLine: string,
  { path = "/rest/v1/secrets", headers = "connection: close\r\n" } = {},
): Promise<{ status: number; text: string }> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = `GET ${path} HTTP/1.1\r\n${hostLine}${headers}\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const text = await new Response(connection.readable).text();
  return { status: Number(text.split(" ")[1]), text };
}

Deno.test("gateway answers its own host names alone", async (t) => {
  const gateway = await listen(0);
  const port = Number(new URL(gateway.url).port);
  let reached = 0;
  const answer = () => Promise.resolve(new Response(`secret ${++reached}`));
  gateway.open({ supabase: answer, functions: new Map(), pages: answer });
  try {
    for (
      const host of [
        "localhost",
        `localhost:${port}`,
        "LOCALHOST:80",
        "127.0.0.1",
        `127.0.0.1:${port}`,
        "[::1]",
        `[::1]:${port}`,
      ]
    ) {
      await t.step(`answers ${host}`, async () => {
        const { status, text } = await raw(port, `host: ${host}\r\n`);
        assert.equal(status, 200);
        assert.match(text, /secret/);
      });
    }
    reached = 0;
    for (
      const host of [
        "evil.example",
        `evil.example:${port}`,
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "evil.example/localhost",
        "evil.example#localhost",
        "127.0.0.2",
        "",
      ]
    ) {
      await t.step(`refuses "${host}"`, async () => {
        const { status, text } = await raw(port, `host: ${host}\r\n`);
        assert.equal(status, 421);
        assert.match(text, /answers as localhost or 127\.0\.0\.1 only/);
      });
    }
    await t.step("refuses a second host", async () => {
      const { text } = await raw(port, "host: evil.example\r\nhost: localhost\r\n");
      assert.doesNotMatch(text, /secret/);
    });
    assert.equal(reached, 0);
  } finally {
    await gateway.stop();
  }
});

Deno.test("gateway refuses other host names while the stack starts", async () => {
  const gateway = await listen(0);
  try {
    const port = Number(new URL(gateway.url).port);
    assert.equal((await raw(port, "host: localhost\r\n")).status, 503);
    assert.equal((await raw(port, "host: evil.example\r\n")).status, 421);
  } finally {
    await gateway.stop();
  }
});

Deno.test("gateway lets pages of other origins reach auth, rest and Storage", async () => {
  const gateway = await listen(0);
  const reached: string[] = [];
  gateway.open({
    supabase: (request) => {
      reached.push(new URL(request.url).pathname);
      return Promise.resolve(new Response("answer"));
    },
    functions: new Map(),
    pages: () => new Response("page"),
  });
  const paths = ["/auth/v1/token", "/rest/v1/rpc/x", "/storage/v1/object/b/1"];
  try {
    for (const path of paths) {
      const response = await fetch(gateway.url + path);
      assert.equal(await response.text(), "answer");
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
    }
    assert.equal(await (await fetch(`${gateway.url}/storage/v10`)).text(), "page");
    assert.deepEqual(reached, paths);
  } finally {
    await gateway.stop();
  }
});

const UPGRADE = "connection: upgrade\r\nupgrade: websocket\r\n";

Deno.test("gateway passes the WebSockets of Realtime on, and no others", async (t) => {
  const gateway = await listen(0);
  const port = Number(new URL(gateway.url).port);
  const upgraded: string[] = [];
  const upgrade = (host: string, path: string, headers = UPGRADE) =>
    raw(port, `host: ${host}\r\n`, { path, headers });
  const realtime = ({ url = "" }: { url?: string }, socket: Duplex) => {
    upgraded.push(url);
    socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  };
  const answer = () => Promise.resolve(new Response("page"));
  const path = "/realtime/v1/websocket?apikey=key&vsn=2.0.0";
  try {
    await t.step("refuses them while the stack starts", async () => {
      assert.equal((await upgrade("localhost", path)).status, 503);
    });
    await t.step("refuses them where there is no Realtime", async () => {
      gateway.open({ supabase: answer, functions: new Map(), pages: answer });
      assert.equal((await upgrade("localhost", path)).status, 404);
    });
    gateway.open({ supabase: answer, functions: new Map(), pages: answer, realtime });
    await t.step("refuses other host names", async () => {
      assert.equal((await upgrade("evil.example", path)).status, 421);
    });
    await t.step("refuses other paths", async () => {
      for (
        const other of ["/", "/realtime/v1", "/realtime/v1/websocket/x", "/functions/v1/wpp-qr"]
      ) {
        assert.equal((await upgrade("localhost", other)).status, 404);
      }
    });
    await t.step("answers 404 to requests that are no WebSockets", async () => {
      for (const other of [path, "/realtime/v1/api/broadcast"]) {
        const { status, text } = await upgrade("localhost", other, "connection: close\r\n");
        assert.equal(status, 404);
        assert.doesNotMatch(text, /page/);
      }
    });
    await t.step("passes them on", async () => {
      assert.deepEqual(upgraded, []);
      assert.equal((await upgrade("localhost", path)).status, 101);
      assert.deepEqual(upgraded, [path]);
    });
  } finally {
    await gateway.stop();
  }
});
