/**
 * Bodies that never end, whose headers lie, or that are sent byte by byte: to real processes of the
 * functions, on both Denos, over plain sockets. Memory is what Linux says of the processes.
 */
import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { freePort, ROOT, serveArguments } from "../../local/functions.ts";
import { type FunctionProcess, startFunction } from "../../local/function_process.ts";
import { functionEnvironment } from "../../local/stack.ts";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import { peakMemory, residentMemory } from "../support/process_usage.ts";
import {
  CHUNKED,
  CRUMBS,
  exchangeRaw,
  type RawAnswer,
  serveEndless,
  SPACES,
  TWO_LENGTHS,
} from "../support/raw_http.ts";
import {
  anyDenoEnvironment,
  DENO_VERSIONS,
  denoExecutable,
  type DenoVersion,
} from "./deno_versions.ts";
import { type Project, startProject } from "./project.ts";

/** By which a process may grow. A body that is held whole makes it grow by 1000 MiB and more. */
const GROWTH_MIB = 64;
/** V8 clears such buffers away once there are 64 MiB of them. */
const CRUMBS_GROWTH_MIB = 2 * GROWTH_MIB;

/** What the kernel takes for a process that reads no more. A reader takes 100 MiB in half a second. */
const BUFFERS_BYTES = 16 * 1024 * 1024;

const NOTHING = new Uint8Array();

Deno.test("bodies are bounded in real processes", async (t) => {
  await using project = await startProject();
  const { supabase } = project;
  const pages = () => new Response("No page here", { status: 404 });
  project.gateway.open({ supabase: supabase.fetch, functions: new Map(), pages });
  for (const version of DENO_VERSIONS) {
    await testCallers(t, version, project);
    await testPlatform(t, version, project);
  }
});

async function testCallers(
  t: Deno.TestContext,
  version: DenoVersion,
  { url, wppBaseUrl }: Project,
) {
  await using send = await start("wpp-send", version, url, wppBaseUrl);
  const answerTo = async (fields: string, piece: Uint8Array) => {
    const head = `${await requestHead()}${fields}\r\n`;
    const signal = AbortSignal.timeout(15_000);
    const answer = await exchangeRaw(send.origin, { head, piece }, signal);
    // Newer Denos read on and drop it, even for a handler that leaves the body and its stream alone.
    const readOn = version === "2.1.4" && answer.takenAfterwards > BUFFERS_BYTES;
    assert.ok(!readOn, `${answer.takenAfterwards} bytes were read in vain`);
    return codeOf(answer);
  };
  // Newer Denos refuse two lengths by themselves, without a word.
  const twoLengths = version === "2.1.4" ? "413 payload_too_large" : "400 undefined";
  for (
    const [what, fields, piece, answer] of [
      ["has two lengths", TWO_LENGTHS, SPACES, twoLengths],
      ["has no length", CHUNKED, SPACES, "413 payload_too_large"],
      ["has a large length", "content-length: 1000000000\r\n", SPACES, "413 payload_too_large"],
      ["has two lengths and comes in crumbs", TWO_LENGTHS, CRUMBS, twoLengths],
      ["comes in crumbs", CHUNKED, CRUMBS, "413 payload_too_large"],
    ] as const
  ) {
    await t.step(`on Deno ${version} a caller's that ${what} is refused`, () => {
      return growsLittle(send, piece, async () => {
        const startedAt = performance.now();
        assert.equal(await answerTo(fields, piece), answer);
        assert.ok(performance.now() - startedAt < 8_000, "it ended by its deadline only");
      });
    });
  }
  await t.step(`on Deno ${version} a caller's that does not come is waited for 10 s`, async () => {
    const lengths = [CHUNKED, "content-length: 10\r\n"];
    const startedAt = performance.now();
    const answers = await Promise.all(lengths.map((fields) => answerTo(fields, NOTHING)));
    assert.deepEqual(answers, ["400 invalid_request", "400 invalid_request"]);
    assert.ok(performance.now() - startedAt >= 9_900);
  });
}

async function testPlatform(t: Deno.TestContext, version: DenoVersion, { url }: Project) {
  const json = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
  await using platform = serveEndless({ head: json, piece: NOTHING });
  await using create = await start("wpp-create", version, url, platform.url);
  for (
    const [what, fields, piece] of [
      ["has two lengths", TWO_LENGTHS, SPACES],
      ["has no length", CHUNKED, SPACES],
      ["has two lengths and comes in crumbs", TWO_LENGTHS, CRUMBS],
      ["comes in crumbs", CHUNKED, CRUMBS],
    ] as const
  ) {
    platform.answer = { head: `${json}${fields}\r\n`, piece };
    await t.step(`on Deno ${version} the platform's that ${what} is refused`, () => {
      return growsLittle(create, piece, async () => {
        const head = `${await requestHead()}content-length: 0\r\nconnection: close\r\n\r\n`;
        const signal = AbortSignal.timeout(24_000);
        const answer = await exchangeRaw(create.origin, { head, piece: NOTHING }, signal);
        assert.equal(codeOf(answer), "502 gateway_invalid_response");
        await platform.hungUp();
      });
    });
  }
}

function codeOf({ status, body }: RawAnswer): string {
  return `${status} ${/"code":"(\w+)"/.exec(body)?.[1]}`;
}

/** A function in a process of its own. */
async function start(name: FunctionName, version: DenoVersion, url: string, wppBaseUrl: string) {
  const port = freePort();
  const running = startFunction(name, {
    port,
    deno: await denoExecutable(version),
    args: serveArguments(name, port, [url, wppBaseUrl]),
    cwd: ROOT,
    env: { ...anyDenoEnvironment(), ...functionEnvironment(url, wppBaseUrl) },
  });
  await running.ready;
  return { ...running, [Symbol.asyncDispose]: () => running.stop() };
}

async function growsLittle({ pid }: FunctionProcess, piece: Uint8Array, work: () => Promise<void>) {
  const before = residentMemory(pid);
  await work();
  const peak = peakMemory(pid);
  if (before === undefined || peak === undefined) return; // not on Linux
  const growth = peak - before;
  console.log(`${growth} MiB more`);
  const atMost = piece === CRUMBS ? CRUMBS_GROWTH_MIB : GROWTH_MIB;
  assert.ok(growth <= atMost, `${before} MiB grew to ${peak} MiB`);
}

/** The head of a signed-in user's POST, without the fields that tell the body's length. */
async function requestHead(): Promise<string> {
  const claims = { role: "authenticated", app_metadata: {} };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(crypto.randomUUID()).setAudience("authenticated").setIssuedAt()
    .setExpirationTime("1h").sign(new TextEncoder().encode(DEVELOPMENT_KEYS.jwtSecret));
  return "POST / HTTP/1.1\r\nhost: project.test\r\ncontent-type: application/json\r\n" +
    `authorization: Bearer ${token}\r\n`;
}
