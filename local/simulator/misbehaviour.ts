import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Fault } from "./faults.ts";

/** Stands for a broken connection; the server that runs the simulator breaks the real one. */
export class SimulatedReset extends Error {
  override name = "SimulatedReset";

  constructor() {
    super("The simulated connection was reset");
  }
}

/** Where an endless body ends after all: a reader without a limit must not fill the memory. */
const ENDLESS_LIMIT_BYTES = 64 * 1024 * 1024;

const HTML = "<html><head><title>Bad gateway</title></head><body><h1>nginx</h1></body></html>";

/**
 * Answers as `fault` says; `work` does what the request asks for.
 * Throws {@link SimulatedReset} for a reset before the headers, and the abort reason of `signal`.
 */
export async function misbehave(
  fault: Fault,
  signal: AbortSignal,
  work: () => Promise<Response>,
): Promise<Response> {
  if ("execute" in fault && fault.execute) await work();
  switch (fault.kind) {
    case "respond":
      return respond(fault);
    case "delay":
      await sleep(fault.ms, signal);
      return fault.then ? misbehave(fault.then, signal, work) : work();
    case "hang":
      return await hang(signal);
    case "reset":
      if (fault.when === "before") throw new SimulatedReset();
      return brokenBody();
    case "slow-body":
      return slowBody(await work(), fault.ms, signal);
    case "endless-body":
      return endlessBody(signal);
    case "html":
      return new Response(HTML, { status: fault.status, headers: { "content-type": "text/html" } });
    case "empty":
      return new Response(null, { status: fault.status });
    case "truncated":
      return truncated(await work());
    case "wrong-shape":
      return Response.json(fault.body);
    case "unsuccessful":
      return Response.json({ success: false, error: "Simulated failure" });
    case "status-error":
      return Response.json({ status: "error", message: "Simulated failure" });
  }
}

function respond({ status, body, headers }: Extract<Fault, { kind: "respond" }>): Response {
  if (body === undefined) return new Response(null, { status, headers });
  if (typeof body === "string") return new Response(body, { status, headers });
  return Response.json(body, { status, headers });
}

/** Never resolves; rejects with the abort reason when aborted. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function brokenBody(): Response {
  let started = false;
  return jsonStream({
    pull(controller) {
      if (started) controller.error(new SimulatedReset());
      else controller.enqueue(encoded('{"'));
      started = true;
    },
  });
}

async function slowBody(real: Response, ms: number, signal: AbortSignal): Promise<Response> {
  const [head, tail] = halves(await real.text());
  const cancelled = new AbortController(); // so that no timer outlives a reader that cancels
  const either = AbortSignal.any([signal, cancelled.signal]);
  let started = false;
  return jsonStream({
    async pull(controller) {
      if (!started) {
        started = true;
        return controller.enqueue(encoded(head));
      }
      await sleep(ms, either);
      controller.enqueue(encoded(tail));
      controller.close();
    },
    cancel: () => cancelled.abort(),
  }, real.status);
}

function endlessBody(signal: AbortSignal): Response {
  const more = encoded("x".repeat(16 * 1024));
  let sent = 0;
  return jsonStream({
    start: (controller) => controller.enqueue(encoded('{"status":"')),
    pull(controller) {
      if (signal.aborted) return controller.error(signal.reason);
      if (sent >= ENDLESS_LIMIT_BYTES) return controller.error(new SimulatedReset());
      sent += more.length;
      controller.enqueue(more);
    },
  });
}

async function truncated(real: Response): Promise<Response> {
  const [head] = halves(await real.text());
  return new Response(head, { status: real.status, headers: real.headers });
}

function jsonStream(source: UnderlyingDefaultSource<Uint8Array>, status = 200): Response {
  const headers = { "content-type": "application/json" };
  return new Response(new ReadableStream(source), { status, headers });
}

function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
