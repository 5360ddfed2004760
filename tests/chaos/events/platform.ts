import { decodeJwt } from "jose";
import { route } from "../../../local/simulator/calls.ts";
import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Intercept } from "../backend.ts";
import { chance } from "../random.ts";
import type { EventEvidence } from "./evidence.ts";
import type { PlannedSend } from "./planned_event.ts";

const REGISTRATION = /^\/internal\/session\/([^/]+)\/webhook$/;
const FAILING_REGISTRATIONS = 0.2;
/** In which the reconciler has told of all. */
const TOLD_WITHIN_MS = 20_000;
const POLL_MS = 20;

/**
 * Stands before the simulator: hears which webhook each session has, and takes messages under the task
 * ids of the plan, so that receipts can come at any time.
 */
export class PlannedPlatform {
  /** The token of each session's webhook, as long as that is known. */
  readonly tokens = new Map<string, string>();
  /** All that each session was ever registered with. */
  readonly everRegistered = new Map<string, Set<string>>();
  readonly executed: EventEvidence["executed"] = [];
  /** Whether what is to be posted nowhere is lost, and does not wait. */
  losesEvents = false;
  /** Whether registrations fail now and then. */
  active = false;
  readonly #stopped = new Set<string>();
  readonly #taskIds: ReadonlyMap<string, string>;
  #registrations = 0;

  constructor(private readonly seed: number, sends: PlannedSend[]) {
    this.#taskIds = new Map(sends.map(({ target }) => [target.text, target.taskId]));
  }

  /** As a restart does: from now on it posts nothing, and what it was to post is lost. */
  forgetWebhooks(): void {
    this.tokens.clear();
    this.losesEvents = true;
  }

  /**
   * With which it posts what a session is told; undefined: it cannot, and the event is lost. While it
   * is being told, events wait: a run takes no time between two of them, and would lose the most.
   * What a session that was stopped is told goes where it went before.
   */
  async tokenOf(session: string): Promise<string | undefined> {
    const deadline = performance.now() + TOLD_WITHIN_MS;
    const isTold = () => this.tokens.has(session) || this.losesEvents || this.#stopped.has(session);
    while (!isTold() && performance.now() < deadline) await sleep(POLL_MS);
    const [former] = this.#stopped.has(session) ? this.everRegistered.get(session) ?? [] : [];
    return this.tokens.get(session) ?? former;
  }

  readonly intercept: Intercept = async (request, work) => {
    const { pathname } = new URL(request.url);
    const session = REGISTRATION.exec(pathname)?.[1];
    if (session !== undefined) {
      return this.#register(session, (await request.json()).url);
    }
    const { call, named } = route(request.method, pathname);
    if (call === "stop") this.#stopped.add(named);
    if (call !== "send") return await work();
    const { text } = await request.json();
    const token = request.headers.get("authorization")!.slice("Bearer ".length);
    this.executed.push({ session: String(decodeJwt(token).account), text });
    return Response.json({ success: true, taskId: this.#taskIds.get(text), status: "queued" });
  };

  #register(session: string, url: string): Response {
    const at = chance(this.seed, "registration", this.#registrations++);
    if (this.active && at < FAILING_REGISTRATIONS) {
      return Response.json({ error: "Simulated" }, { status: 500 });
    }
    const token = new URL(url).searchParams.get("token")!;
    this.tokens.set(session, token);
    const all = this.everRegistered.get(session) ?? new Set();
    this.everRegistered.set(session, all.add(token));
    return Response.json({ success: true });
  }
}
