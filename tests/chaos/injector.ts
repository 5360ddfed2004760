import { decodeJwt } from "jose";
import { type Call, route } from "../../local/simulator/calls.ts";
import { misbehave, SimulatedReset } from "../../local/simulator/misbehaviour.ts";
import type { Fault, Simulator } from "../../local/simulator/simulator.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Intercept, Work } from "./backend.ts";
import { type DatabaseFault, databaseFault, platformFault } from "./faults.ts";
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
  /** Of a message that is to be sent. */
  text?: string;
  /** When it came, in milliseconds by `performance.now()`. */
  at: number;
  fault?: Fault["kind"];
  /** What it was answered; undefined when no answer began. */
  status?: number;
}

/** A process reaches the platform under a path of its own, by which its requests are known. */
const FROM_PROCESS = /^\/(wpp-[a-z]+\/\d+)/;

/** Makes the platform and the database fail as the seed says, and keeps count. */
export class Injector {
  active = true;
  /** How often each kind of fault struck. */
  readonly struck = new Map<string, number>();
  readonly requests: PlatformRequest[] = [];
  databaseRequests = 0;
  /** Ledger rows whose opening was done and its answer lost, and those whose close was struck. */
  readonly lostOpens = new Set<string>();
  readonly struckCloses = new Set<string>();
  readonly #seen = new Map<string, number>();
  #running = 0;
  #lastAt = performance.now();

  constructor(private readonly seed: number, private readonly simulator: Simulator) {}

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
    const again = () =>
      work(new Request(url, { method, headers, body: method === "GET" ? null : body }));
    const about = { ...route(method, url.pathname), ...this.#about(headers, body) };
    const noted = { ...about, process, at };
    const fault = this.active ? this.#faultOf(noted) : undefined;
    const record: PlatformRequest = { ...noted, fault: fault?.kind };
    this.requests.push(record);
    const response = await (fault ? misbehave(fault, signal, again) : again());
    record.status = response.status;
    return response;
  }

  async #answerAsDatabase(request: Request, work: Work): Promise<Response> {
    const fault = this.active ? databaseFault(this.seed, this.databaseRequests++) : undefined;
    if (fault) this.#count(`database: ${fault.kind}${fault.executed ? ", done" : ""}`);
    const fails = fault !== undefined && fault.kind !== "delay";
    if (fails && request.url.endsWith("/rpc/messenger_close_send")) {
      this.struckCloses.add((await request.clone().json()).p_message_id);
    }
    const real = !fails || fault.executed ? await work() : undefined;
    if (fault?.kind === "delay") await sleep(150);
    // A machine that is too slow for the functions' deadline loses answers too.
    if (real && (fails || request.signal.aborted)) await this.#noteLost(request, real.clone());
    return fails ? await failed(fault, request.signal) : real!;
  }

  async #noteLost(request: Request, answer: Response): Promise<void> {
    if (!request.url.endsWith("/rpc/messenger_begin_send")) return;
    const id = (await answer.json())?.message?.id;
    if (id) this.lostOpens.add(id);
  }

  /** What a request says of itself: whose credentials it has, and what it creates or sends. */
  #about(headers: Headers, body: string) {
    const { text, apiKey, organizationId } = body ? JSON.parse(body) : {} as Record<string, string>;
    const { account, sub } = claimsOf(headers);
    const session = account ??
      this.simulator.clients.find((one) => one.apiKey === apiKey)?.session;
    return { text, session, owner: organizationId ?? sub };
  }

  #faultOf({ call, text, session, owner }: PlatformRequest & { owner?: string }) {
    const client = this.simulator.clients.find((one) => one.session === session);
    // Sends are told by their text, the rest by whom the account belongs to.
    const subject = text ?? firstOf(client?.owner ?? owner ?? "");
    const nth = this.#seen.get(`${call} ${subject}`) ?? 0;
    this.#seen.set(`${call} ${subject}`, nth + 1);
    const fault = platformFault(this.seed, call, subject, nth);
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
