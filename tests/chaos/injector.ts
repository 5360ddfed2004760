import { decodeJwt } from "jose";
import { route } from "../../local/simulator/calls.ts";
import { misbehave, SimulatedReset } from "../../local/simulator/misbehaviour.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Work } from "./backend.ts";
import { type DatabaseFault, databaseFault, platformFault } from "./faults.ts";

/** Makes the platform and the database fail as the seed says, and keeps count. */
export class Injector {
  active = true;
  /** How often each kind of fault struck. */
  readonly struck = new Map<string, number>();
  databaseRequests = 0;
  /** Ledger rows whose opening was done and its answer lost, and those whose close was struck. */
  readonly lostOpens = new Set<string>();
  readonly struckCloses = new Set<string>();
  readonly #seen = new Map<string, number>();

  constructor(private readonly seed: number, private readonly simulator: Simulator) {}

  /** The fault depends on what a request is about and how often that came, not on the order. */
  readonly onPlatform = async (request: Request, work: Work): Promise<Response> => {
    const body = await request.text();
    const { method, headers, signal, url } = request;
    const again = () =>
      work(new Request(url, { method, headers, body: method === "GET" ? null : body }));
    const { call, named } = route(method, new URL(url).pathname);
    const subject = this.#subject(named, headers, body);
    const nth = this.#seen.get(`${call} ${subject}`) ?? 0;
    this.#seen.set(`${call} ${subject}`, nth + 1);
    const fault = this.active ? platformFault(this.seed, call, subject, nth) : undefined;
    if (!fault) return await again();
    this.#count(`${call}: ${fault.kind}${"execute" in fault && fault.execute ? ", done" : ""}`);
    return await misbehave(fault, signal, again);
  };

  readonly onDatabase = async (request: Request, work: Work): Promise<Response> => {
    const fault = this.active ? databaseFault(this.seed, this.databaseRequests++) : undefined;
    if (fault) this.#count(`database: ${fault.kind}${fault.executed ? ", done" : ""}`);
    const fails = fault !== undefined && fault.kind !== "delay";
    const closes = /^PATCH .*\/messenger_messages\?.*\bid=eq\.([\w-]+)/
      .exec(`${request.method} ${request.url}`)?.[1];
    if (closes && fails) this.struckCloses.add(closes);
    const real = !fails || fault.executed ? await work() : undefined;
    if (fault?.kind === "delay") await sleep(150);
    // A machine that is too slow for the functions' deadline loses answers too.
    if (real && (fails || request.signal.aborted)) await this.#noteLost(request, real.clone());
    return fails ? await failed(fault, request.signal) : real!;
  };

  async #noteLost(request: Request, answer: Response): Promise<void> {
    if (!request.url.endsWith("/rpc/messenger_begin_send")) return;
    const id = (await answer.json())?.message?.id;
    if (id) this.lostOpens.add(id);
  }

  /** Sends are told by their text, the rest by the user that the connection belongs to. */
  #subject(session: string, headers: Headers, body: string): string {
    const { text, apiKey } = body ? JSON.parse(body) : {} as Record<string, string>;
    if (text !== undefined) return text;
    if (session || apiKey) {
      const client = this.simulator.clients
        .find((one) => one.session === session || one.apiKey === apiKey);
      return client?.owner ?? "";
    }
    return decodeJwt(headers.get("authorization")?.slice("Bearer ".length) ?? "").sub ?? "";
  }

  #count(kind: string): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
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
