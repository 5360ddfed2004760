import type { CallOptions } from "./call.ts";
import type { Changes } from "./changes.ts";
import { type Connection, hasEvents } from "./connection.ts";
import { listen, type Listening } from "./hints.ts";
import type { Signal, SupabaseLike } from "./supabase.ts";

/** The client's calls that this uses. */
export interface ConnectEventsCalls {
  changesSince(change: undefined, options: CallOptions): Promise<Changes>;
  connections(options: CallOptions): Promise<Connection[]>;
}

/** What the server tells of a connection while it is made. Nothing waits for it, and no failure shows. */
export class ConnectEvents {
  readonly #supabase: SupabaseLike;
  readonly #calls: ConnectEventsCalls;
  readonly #over = new AbortController();
  #listening: Listening | undefined;
  #session: string | undefined;
  /** The last status that was told, and not asked about since. */
  #told: string | undefined;
  /** Whether the platform is known to tell the project of this connection. */
  #isProven = false;
  #isAsking = false;
  #endPause = () => {};

  constructor(supabase: SupabaseLike, calls: ConnectEventsCalls) {
    this.#supabase = supabase;
    this.#calls = calls;
    void this.#join().catch(() => {}); // without the topic there are no events
  }

  /** Whether what becomes of the connection will be told, so that there is little need to ask. */
  get areKnown(): boolean {
    return this.#isProven && (this.#listening?.isLive ?? false);
  }

  /** The last status that was told since `asking` was called. */
  get told(): string | undefined {
    return this.#told;
  }

  /** A request goes out: its answer is as new as what was told until now. */
  asking(): void {
    this.#told = undefined;
  }

  /** It is this connection that matters. */
  watch(session: string): void {
    this.#session = session;
    void this.#prove();
  }

  stop(): void {
    this.#over.abort();
    this.#listening?.stop();
  }

  /** Resolves after `ms`, or when something is told. When aborted it rejects, and leaves no timer. */
  pause(ms: number, signal?: Signal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#endPause = () => {};
        settle();
      };
      const onAbort = () => end(() => reject(signal!.reason));
      const timer = setTimeout(() => end(resolve), ms);
      this.#endPause = () => end(resolve);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  async #join(): Promise<void> {
    const { signal } = this.#over;
    const { topic } = await this.#calls.changesSince(undefined, { signal });
    if (signal.aborted || !topic) return;
    this.#listening = listen(this.#supabase, topic, {
      onConnection: ({ session, status }) => session === this.#session && this.#tell(status),
      onLive: () => void this.#prove(),
    });
    void this.#prove();
  }

  #tell(status: string): void {
    this.#told = status;
    this.#endPause();
    void this.#prove();
  }

  /**
   * Asks whether an event of the platform has come since the webhook's URL was registered. A hint proves
   * nothing: the functions send one, too, when they have asked the platform.
   */
  async #prove(): Promise<void> {
    if (this.#session === undefined || !this.#listening?.isLive) return;
    if (this.#isProven || this.#isAsking) return;
    const { signal } = this.#over;
    this.#isAsking = true;
    try {
      const all = await this.#calls.connections({ signal });
      this.#isProven = all.some((one) => one.session === this.#session && hasEvents(one));
    } catch {
      // then the status is polled as before
    }
    this.#isAsking = false;
  }
}
