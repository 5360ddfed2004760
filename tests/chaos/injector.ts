import { decodeJwt } from "jose";
import { type Call, route } from "../../local/simulator/calls.ts";
import { misbehave, SimulatedReset } from "../../local/simulator/misbehaviour.ts";
import type { Fault, Simulator } from "../../local/simulator/simulator.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Intercept, Work } from "./backend.ts";
import { type DatabaseFault, databaseFault, platformFault } from "./faults.ts";
import { Clients } from "./clients.ts";
import { firstOf } from "./users.ts";

/** A request that came to the platform. */
export interface PlatformRequest {
  call: Call;
  /** The place of the process that sent it, as `name/index`. */
  process: string;
  /** The session or the message that its path names. */
  named: string;
  /** The session whose token or apiKey it brought. */
  session?: string;
  idempotencyKey: string | null;
  /** Of a message that is to be sent, or a picture's caption. */
  text?: string;
  /** When it came, in milliseconds by `performance.now()`. */
  at: number;
  fault?: Fault["kind"];
  /** What it was answered; undefined when no answer began. */
  status?: number;
}

/** A process reaches the platform under a path of its own, by which its requests are known. */
const FROM_PROCESS = /^\/(wpp-[a-z]+\/\d+)/;

/** Seconds that a call may wait for its answer, as docs/guarantees.md has it. */
const DEADLINES_S: Record<Call | "database", number> = {
  ...{ create: 20, send: 20, delete: 20, start: 20, stop: 20, react: 20, webhook: 20 },
  ...{ status: 8, qr: 8, token: 5, media: 20, other: 20, database: 4 },
};
/** By which a busy machine may notice it later. */
const LATE_S = 2;

/** Makes the platform and the database fail as the seed says, and keeps count. */
export class Injector {
  active = true;
  /** How often each kind of fault struck. */
  readonly struck = new Map<string, number>();
  readonly requests: PlatformRequest[] = [];
  /** Requests that hung, and whose caller waited too long. */
  readonly overdue: string[] = [];
  databaseRequests = 0;
  /** Attempt ids of sends whose opening may have been done, and whose answer was lost. */
  readonly lostOpens = new Set<string>();
  /** Ledger rows whose close was struck. */
  readonly struckCloses = new Set<string>();
  readonly #seen = new Map<string, number>();
  #running = 0;
  #lastAt = performance.now();
  readonly #seed: number;
  readonly #clients: Clients;

  constructor(seed: number, simulator: Pick<Simulator, "clients">) {
    this.#seed = seed;
    this.#clients = new Clients(simulator);
  }

  readonly onPlatform: Intercept = (request, work) =>
    this.#noteTime(() => this.#answerAsPlatform(request, work));
  readonly onDatabase: Intercept = (request, work) =>
    this.#noteTime(() => this.#answerAsDatabase(request, work));

  /** For how long nothing was asked, of the platform or of the database. */
  idleForMs(): number {
    return this.#running > 0 ? 0 : performance.now() - this.#lastAt;
  }

  async #noteTime(answer: () => Promise<Response>): Promise<Response> {
    this.#running++;
    try {
      return await answer();
    } finally {
      this.#running--;
      this.#lastAt = performance.now();
    }
  }

  /** The fault depends on what a request is about and how often that came, not on the order. */
  async #answerAsPlatform(request: Request, work: Work): Promise<Response> {
    const at = performance.now();
    const body = await request.text();
    const { method, headers, signal } = request;
    const url = new URL(request.url);
    const [prefix = "", process = ""] = FROM_PROCESS.exec(url.pathname) ?? [];
    url.pathname = url.pathname.slice(prefix.length);
    const idempotencyKey = headers.get("idempotency-key");
    const again = () =>
      work(new Request(url, { method, headers, body: method === "GET" ? null : body }));
    const about = { ...route(method, url.pathname), ...this.#about(headers, body) };
    const noted = { ...about, idempotencyKey, process, at };
    const fault = this.active ? this.#faultOf(noted) : undefined;
    const record: PlatformRequest = { ...noted, fault: fault?.kind };
    this.requests.push(record);
    try {
      const response = await (fault ? misbehave(fault, signal, again) : again());
      record.status = response.status;
      return response;
    } finally {
      this.#noteHanging(record.call, fault?.kind, at);
    }
  }

  async #answerAsDatabase(request: Request, work: Work): Promise<Response> {
    const fault = this.active ? databaseFault(this.#seed, this.databaseRequests++) : undefined;
    if (fault) this.#count(`database: ${fault.kind}${fault.executed ? ", done" : ""}`);
    const fails = fault !== undefined && fault.kind !== "delay";
    const asked = isOfSend(request) ? await request.clone().json() : {};
    const real = !fails || fault.executed ? await work() : undefined;
    if (fault?.kind === "delay") await sleep(150);
    // A machine that is too slow for the functions' deadline loses answers, and so does a restart.
    if (fails || request.signal.aborted || real?.status === 503) {
      if (asked.p_attempt_id && real) this.lostOpens.add(asked.p_attempt_id);
      else if (asked.p_message_id) this.struckCloses.add(asked.p_message_id);
    }
    return fails ? await this.#failed(fault, request) : real!;
  }

  async #failed(fault: DatabaseFault, { signal }: Request): Promise<Response> {
    const startedAt = performance.now();
    try {
      return await failed(fault, signal);
    } finally {
      this.#noteHanging("database", fault.kind, startedAt);
    }
  }

  /** Whoever waits for what never comes gives up in time. */
  #noteHanging(call: Call | "database", kind: string | undefined, startedAt: number): void {
    if (kind !== "hang") return;
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds <= DEADLINES_S[call] + LATE_S) return;
    this.overdue.push(`${call} was waited for ${Math.round(seconds)} s`);
  }

  /** What a request says of itself: whose credentials it has, and what it creates or sends. */
  #about(headers: Headers, body: string) {
    const fields: Record<string, string> = body ? JSON.parse(body) : {};
    const { caption, text = caption, apiKey, organizationId } = fields;
    const { account, sub } = claimsOf(headers);
    const session = account ?? this.#clients.byKey(apiKey)?.session;
    return { text, session, owner: organizationId ?? sub };
  }

  #faultOf({ call, text, session, owner }: PlatformRequest & { owner?: string }) {
    const client = this.#clients.bySession(session);
    // Sends are told by their text, the rest by whom the account belongs to.
    const subject = text ?? firstOf(client?.owner ?? owner ?? "");
    const nth = this.#seen.get(`${call} ${subject}`) ?? 0;
    this.#seen.set(`${call} ${subject}`, nth + 1);
    const fault = platformFault(this.#seed, call, subject, nth);
    // Who refuses the secret is never asked again: that is no fault that passes.
    const isRefusal = fault?.kind === "respond" && [401, 403].includes(fault.status);
    if (!fault || (call === "create" && isRefusal)) return undefined;
    this.#count(`${call}: ${fault.kind}${"execute" in fault && fault.execute ? ", done" : ""}`);
    return fault;
  }

  #count(kind: string): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }
}

/** Of the platform's token, or of a user's; none of the shared secret. */
function claimsOf(headers: Headers): { account?: string; sub?: string } {
  try {
    return decodeJwt(headers.get("authorization")?.slice("Bearer ".length) ?? "");
  } catch {
    return {};
  }
}

function isOfSend({ url }: Request): boolean {
  return /\/rpc\/messenger_(begin|close)_send$/.test(url);
}

async function failed({ kind }: DatabaseFault, signal: AbortSignal): Promise<Response> {
  switch (kind) {
    case "html":
      return new Response("<h1>Bad gateway</h1>", {
        status: 502,
        headers: { "content-type": "text/html" },
      });
    case "unavailable":
      return Response.json({ message: "no connection to the server" }, { status: 503 });
    case "shutting_down":
      return Response.json({ code: "57P01", message: "terminating connection" }, { status: 500 });
    case "hang":
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }
  throw new SimulatedReset();
}
