import { decodeJwt } from "jose";
import { route } from "../../../local/simulator/calls.ts";
import type { Intercept } from "../backend.ts";
import type { EventEvidence } from "./evidence.ts";
import type { PlannedSend } from "./planned_event.ts";

const REGISTRATION = /^\/internal\/session\/([^/]+)\/webhook$/;

/**
 * Stands before the simulator: hears which webhook each session has, and takes messages under the task
 * ids of the plan, so that receipts can come at any time.
 */
export class PlannedPlatform {
  /** The token of each session's webhook. */
  readonly tokens = new Map<string, string>();
  readonly executed: EventEvidence["executed"] = [];
  readonly #taskIds: ReadonlyMap<string, string>;

  constructor(sends: PlannedSend[]) {
    this.#taskIds = new Map(sends.map(({ target }) => [target.text, target.taskId]));
  }

  readonly intercept: Intercept = async (request, work) => {
    const { pathname } = new URL(request.url);
    const session = REGISTRATION.exec(pathname)?.[1];
    if (session !== undefined) {
      const { url } = await request.json();
      this.tokens.set(session, new URL(url).searchParams.get("token")!);
      return Response.json({ success: true });
    }
    if (route(request.method, pathname).call !== "send") return await work();
    const { text } = await request.json();
    const token = request.headers.get("authorization")!.slice("Bearer ".length);
    this.executed.push({ session: String(decodeJwt(token).account), text });
    return Response.json({ success: true, taskId: this.#taskIds.get(text), status: "queued" });
  };
}
