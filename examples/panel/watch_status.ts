import { hasEvents } from "../../client/connection.ts";
import { backoffMs, sleep, whileHidden } from "../../client/pause.ts";
import {
  type Connection,
  type InboxSnapshot,
  type StatusOutput,
  type WppClient,
  WppError,
} from "../../client/wpp_client.ts";

/** Pause between two checks where nothing tells of a change. */
const CHECK_INTERVAL_MS = 15_000;
/** And where the inbox tells of it. */
const LIVE_INTERVAL_MS = 300_000;

export type SeenStatus = Pick<StatusOutput, "session" | "status" | "checkedAt">;

interface WatchOptions {
  signal: AbortSignal;
  /** Left out, it is the primary connection's. */
  session?: string | undefined;
  /** The session whose status is known already: the first check waits for one interval. */
  known?: string | undefined;
  /** The inbox as it is now. */
  inbox(): Pick<InboxSnapshot, "channel" | "connections">;
  onStatus(status: SeenStatus): void;
  /** A check failed; it is repeated if the error is retryable. */
  onProblem(error: WppError): void;
}

/**
 * Tells the status until aborted or until an error is not retryable. Where the inbox is live, and events
 * of this connection come, it is asked for only now and then; not on a hidden page, but on return.
 */
export class StatusWatch {
  readonly #wpp: Pick<WppClient, "status">;
  readonly #options: WatchOptions;
  #session: string | undefined;
  /** What the inbox said last. */
  #said: Connection | undefined;
  #checkedAt = Date.now();
  #failures = 0;
  #isAsked: boolean;
  #endPause = () => {};

  constructor(wpp: Pick<WppClient, "status">, options: WatchOptions) {
    this.#wpp = wpp;
    this.#options = options;
    this.#session = options.known ?? options.session;
    this.#isAsked = options.known === undefined;
    this.#said = this.#row();
    this.#run();
  }

  /** The inbox may say something else. */
  look(): void {
    const before = this.#said;
    const now = this.#said = this.#row();
    const { signal, onStatus } = this.#options;
    if (signal.aborted || !before || !now || before.status === now.status) return;
    const { session, status } = now;
    if (status === "connected" || status === "disconnected") {
      return onStatus({ session, status, checkedAt: new Date().toISOString() });
    }
    // The other states pass, and may be over when they are read.
    this.#isAsked = true;
    this.#endPause();
  }

  get #isDue(): boolean {
    if (this.#isAsked || this.#failures > 0) return true;
    const isTold = this.#options.inbox().channel === "live" && hasEvents(this.#said);
    return !isTold || Date.now() - this.#checkedAt >= LIVE_INTERVAL_MS;
  }

  #row(): Connection | undefined {
    return this.#options.inbox().connections.find(({ session }) => session === this.#session);
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    if (!this.#isAsked) await this.#pause(CHECK_INTERVAL_MS);
    while (!signal.aborted) {
      const pauseMs = this.#isDue ? await this.#check() : CHECK_INTERVAL_MS;
      if (pauseMs === undefined) return;
      await this.#pause(pauseMs);
    }
  }

  /** Resolves with the pause until the next check; undefined: there is none. */
  async #check(): Promise<number | undefined> {
    const { signal, session, onStatus, onProblem } = this.#options;
    this.#isAsked = false;
    try {
      const status = await this.#wpp.status({ session }, { signal });
      this.#session = status.session;
      this.#said = this.#row();
      this.#checkedAt = Date.now();
      this.#failures = 0;
      onStatus(status);
      return CHECK_INTERVAL_MS;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof WppError)) throw error;
      onProblem(error);
      return error.retryable ? backoffMs(++this.#failures, error.retryAfter) : undefined;
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endPause = resolve;
    sleep(ms, signal).then(resolve, resolve);
    await promise;
    const hiddenMs = await whileHidden(signal).catch(() => 0);
    if (hiddenMs > 0) this.#isAsked = true;
  }
}
