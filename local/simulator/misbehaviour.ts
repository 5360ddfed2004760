import type { Fault } from "./faults.ts";

/** The connection broke. Whoever serves the simulator turns this into a real broken connection. */
export class SimulatedReset extends Error {
  override name = "SimulatedReset";

  constructor() {
    super("The simulated connection was reset");
  }
}

/** An endless body ends here after all, so that a reader without a limit cannot eat the machine. */
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
      await wait(signal, fault.ms);
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

/** Resolves after `ms`; rejects with the abort reason when aborted before. */
function wait(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    onAbort(signal, abort);
  });
}

/** Rejects with the abort reason when aborted, and does nothing else. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => onAbort(signal, () => reject(signal.reason)));
}

function onAbort(signal: AbortSignal, abort: () => void): void {
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
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
  const ended = new AbortController(); // a reader that cancels leaves no timer behind
  const either = AbortSignal.any([signal, ended.signal]);
  let started = false;
  return jsonStream({
    async pull(controller) {
      if (!started) {
        started = true;
        return controller.enqueue(encoded(head));
      }
      await wait(either, ms);
      controller.enqueue(encoded(tail));
      controller.close();
    },
    cancel: () => ended.abort(),
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
