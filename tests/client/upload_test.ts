/** Uploads where there is no XMLHttpRequest: in Deno and Node. */
import assert from "node:assert/strict";
import { upload } from "../../client/upload.ts";

const FILE = new File(["cat"], "cat.png", { type: "image/png" });

/** A server that answers every request so, while the test runs. */
function serve(answer: (request: Request) => Promise<Response> | Response) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}/upload`;
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

const options = { mimetype: "image/png", onProgress() {} };

Deno.test("upload puts the file by fetch when there is no XMLHttpRequest", async () => {
  const got: unknown[] = [];
  await using server = serve(async (request) => {
    got.push(request.method, request.headers.get("content-type"), await request.text());
    return Response.json({ Key: "x" });
  });
  await upload(server.url, FILE, options);
  assert.deepEqual(got, ["PUT", "image/png", "cat"]);
});

Deno.test("upload rejects as Storage answers when it uses fetch", async () => {
  await using server = serve(async (request) => {
    await request.text();
    return Response.json({ statusCode: "413", message: "too large" }, { status: 400 });
  });
  await assert.rejects(upload(server.url, FILE, options), { code: "invalid_request" });
});

Deno.test("upload rejects with network_error when nothing answers fetch", async () => {
  const { url, [Symbol.asyncDispose]: stop } = serve(() => new Response());
  await stop();
  await assert.rejects(upload(url, FILE, options), { code: "network_error", mayHaveSent: false });
});

Deno.test("upload ends the request of fetch when it is aborted", async () => {
  const arrived = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  await using server = serve((request) => {
    arrived.resolve();
    return new Promise((resolve) => {
      request.signal.addEventListener("abort", () => {
        ended.resolve();
        resolve(new Response());
      });
    });
  });
  const controller = new AbortController();
  const rejected = assert.rejects(
    upload(server.url, FILE, { ...options, signal: controller.signal }),
    /enough/,
  );
  await arrived.promise;
  controller.abort(new Error("enough"));
  await rejected;
  await ended.promise;
});
