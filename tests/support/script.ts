import { install } from "@sinonjs/fake-timers";
import { createClient } from "@supabase/supabase-js";
import { type ConnectState, createWppClient, type WppCall } from "../../client/wpp_client.ts";

/** A request that the client sent, and when, in seconds since the start. */
export interface Sent {
  name: string;
  at: number;
  body: Record<string, unknown>;
  headers: Headers;
}

export type Reply = () => Promise<Response> | Response;

/** The client on a real supabase-js, with scripted answers and a clock that the test moves. */
export class Script implements Disposable {
  readonly clock = install({
    now: Date.UTC(2026, 0, 1),
    toFake: ["Date", "setTimeout", "clearTimeout"],
  });
  readonly sent: Sent[] = [];
  readonly calls: WppCall[] = [];
  /** The most requests that were under way at once. */
  maxConcurrent = 0;
  /** What each function answers, first in first out; the last answer stays. */
  readonly answers: Record<string, Reply[]> = {
    "wpp-create": [json(201, createdAnswer({ created: true }))],
    "wpp-qr": [ready()],
    "wpp-status": [status("qr_required")],
  };
  /** Without channels: the client asks as it does where there is no Realtime. */
  readonly supabase = Object.assign(
    createClient("http://project.test", "sb_publishable_test", {
      accessToken: () => Promise.resolve("token"),
      auth: { autoRefreshToken: false, persistSession: false },
      global: { fetch: (input, init) => this.#fetch(new Request(input, init)) },
    }),
    { channel: undefined },
  );
  readonly wpp = createWppClient(this.supabase, { onCall: (call) => this.calls.push(call) });
  #underWay = 0;

  /** Seconds since the start. */
  get now(): number {
    return (Date.now() - Date.UTC(2026, 0, 1)) / 1000;
  }

  /** When requests of a function went out, in seconds. */
  timesOf(name: string): number[] {
    return this.sent.filter((one) => one.name === name).map((one) => one.at);
  }

  /** Lets time pass, and everything happen that was due. */
  async pass(seconds: number): Promise<void> {
    await this.clock.tickAsync(seconds * 1000);
    for (let i = 0; i < 50; i++) await this.clock.tickAsync(0);
  }

  /** Starts connecting; the states come in as time passes. */
  connect(options: Parameters<typeof this.wpp.connect>[0] = {}) {
    const states: ConnectState[] = [];
    const ended = this.wpp.connect({ ...options, onState: (state) => states.push(state) });
    return { states, ended };
  }

  async #fetch(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.split("/").at(-1)!;
    const { headers } = request;
    const body = request.method === "GET" ? {} : await request.json();
    this.sent.push({ name, at: this.now, body, headers });
    this.maxConcurrent = Math.max(this.maxConcurrent, ++this.#underWay);
    try {
      const answers = this.answers[name];
      const reply = answers.length > 1 ? answers.shift()! : answers[0];
      return await Promise.race([reply(), aborted(request.signal)]);
    } finally {
      this.#underWay--;
    }
  }

  [Symbol.dispose](): void {
    this.clock.uninstall();
  }
}

export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Reply {
  return () => Response.json(body, { status, headers: { "x-request-id": REQUEST_ID, ...headers } });
}

export const REQUEST_ID = "5b0fbd9e-6f5e-4ad4-8f5e-0c2f4b0b4f7d";

/** The error that a function answers. */
export function failure(
  status: number,
  code: string,
  retryable: boolean,
  headers: Record<string, string> = {},
): Reply {
  const error = { code, message: `About ${code}`, retryable, requestId: REQUEST_ID };
  return json(status, { error }, headers);
}

export function createdAnswer(more: object = {}) {
  const integrationId = "11111111-1111-4111-8111-111111111111";
  return { integrationId, session: "0000000000001", status: "starting", ...more };
}

export function ready(refreshAfter = 15, image = "data:image/png;base64,AAAA"): Reply {
  const body = { session: "0000000000001", state: "ready", qr: { image }, refreshAfter };
  return json(200, body);
}

export function pending(retryAfter?: number): Reply {
  const headers = retryAfter === undefined ? undefined : { "retry-after": String(retryAfter) };
  return json(202, { session: "0000000000001", state: "pending" }, headers);
}

export function status(word: string): Reply {
  return () =>
    json(200, {
      session: "0000000000001",
      status: word,
      providerStatus: word,
      checkedAt: new Date().toISOString(),
    })() as Response;
}

/** No answer at all, as when there is no network. */
export function noNetwork(): Reply {
  return () => Promise.reject(new TypeError("Failed to fetch"));
}

/** Answers after a while. */
export function slowly(seconds: number, reply: Reply): Reply {
  return () =>
    new Promise((resolve, reject) =>
      setTimeout(() => Promise.resolve(reply()).then(resolve, reject), seconds * 1000)
    );
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Gives this process a page that can be hidden, until disposed. */
export function fakePage(): Disposable & { hide(): void; show(): void } {
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const set = (state: string) => {
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  Object.assign(globalThis, { document });
  return {
    hide: () => set("hidden"),
    show: () => set("visible"),
    [Symbol.dispose]: () => void Reflect.deleteProperty(globalThis, "document"),
  };
}

/** Makes `navigator.onLine` settable, until disposed. */
export function fakeNetwork(): Disposable & { onLine: boolean } {
  const network = {
    onLine: true,
    [Symbol.dispose]: () => void Reflect.deleteProperty(navigator, "onLine"),
  };
  Object.defineProperty(navigator, "onLine", { configurable: true, get: () => network.onLine });
  return network;
}
