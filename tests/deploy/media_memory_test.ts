/**
 * What 25 MB of media cost wpp-webhook, in a real process on the hosted Deno: memory and processor time
 * as Linux tells them. Database and Storage are stand-ins that take what they get, and no more.
 */
import assert from "node:assert/strict";
import { freePort, ROOT, serveArguments } from "../../local/functions.ts";
import { type FunctionProcess, startFunction } from "../../local/function_process.ts";
import { functionEnvironment } from "../../local/stack.ts";
import { peakMemory, processorTime, residentMemory } from "../support/process_usage.ts";
import { anyDenoEnvironment, denoExecutable } from "./deno_versions.ts";

const VIDEO_BYTES = 25_000_000;
/** What a process may have at most while it stores so many at once. An isolate has 256 MiB. */
const MAX_MIB = { 1: 200, 2: 256 };
/** For each request; an isolate has 2 s. */
const MAX_CPU_MS = 1_000;

const HOOK = "w".repeat(43);

Deno.test("wpp-webhook stores 25 MB of video within an isolate's means", async (t) => {
  const services = new Services();
  await using project = Deno.serve({ port: 0, onListen: () => {} }, services.fetch);
  const url = `http://127.0.0.1:${project.addr.port}`;
  const running = await startWebhook(url);
  try {
    const body = videoEvent();
    await post(running, "{}"); // the code is loaded and the token known
    for (const atOnce of [1, 2] as const) {
      await t.step(`${atOnce} at once`, async () => {
        services.uploaded.length = 0;
        const before = { memory: residentMemory(running.pid), ms: processorTime(running.pid) };
        await Promise.all(Array.from({ length: atOnce }, () => post(running, body)));
        const [memory, ms] = [peakMemory(running.pid), processorTime(running.pid)];
        assert.deepEqual(services.uploaded, Array(atOnce).fill(VIDEO_BYTES));
        if (before.memory === undefined || memory === undefined) return; // not on Linux
        const each = (ms! - before.ms!) / atOnce;
        console.log(`${memory} MiB at most, ${memory - before.memory} more; ${each} ms each`);
        assert.ok(memory <= MAX_MIB[atOnce], `${memory} MiB`);
        assert.ok(each <= MAX_CPU_MS, `${each} ms`);
      });
    }
  } finally {
    await running.stop();
  }
});

/** The project's database and Storage. */
class Services {
  /** The sizes of what came. */
  readonly uploaded: number[] = [];

  readonly fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/storage/v1/object/")) {
      let size = 0;
      for await (const piece of request.body!) size += piece.length;
      this.uploaded.push(size);
      return Response.json({ Key: pathname });
    }
    await request.body?.pipeTo(new WritableStream());
    return Response.json(
      pathname.endsWith("messenger_knows_webhook")
        ? { folder: "acme", integration_id: crypto.randomUUID() }
        : { outcome: "stored", organization: "acme", media: "stored" },
    );
  };
}

async function startWebhook(url: string): Promise<FunctionProcess> {
  const port = freePort();
  const running = startFunction("wpp-webhook", {
    port,
    deno: await denoExecutable("2.1.4"),
    args: serveArguments("wpp-webhook", port, [url]),
    cwd: ROOT,
    env: { ...anyDenoEnvironment(), ...functionEnvironment(url, url) },
  });
  await running.ready;
  return running;
}

/** A body of 33 MB, in pieces as it would come. */
function videoEvent(): Uint8Array<ArrayBuffer> {
  const event = {
    account: "0000000000001",
    from: "+79991112233",
    type: "video",
    text: "[Video]",
    media: { mimetype: "video/mp4", filename: "a.mp4", base64: "@" },
  };
  const [head, tail] = JSON.stringify(event).split("@").map((text) =>
    new TextEncoder().encode(text)
  );
  const length = Math.ceil(VIDEO_BYTES / 3) * 4;
  const body = new Uint8Array(head.length + length + tail.length);
  body.set(head);
  body.fill("A".charCodeAt(0), head.length, head.length + length);
  if (VIDEO_BYTES % 3 > 0) {
    body.fill("=".charCodeAt(0), head.length + length - 3 + VIDEO_BYTES % 3, head.length + length);
  }
  body.set(tail, head.length + length);
  return body;
}

async function post({ origin }: FunctionProcess, body: BodyInit): Promise<void> {
  const response = await fetch(`${origin}/?token=${HOOK}`, { method: "POST", body });
  assert.equal(response.status, 200, await response.text());
}
