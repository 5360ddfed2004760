import type { Changes } from "./changes.ts";
import { Follower } from "./follow.ts";
import { type ConnectionHint, listen, type Listening } from "./hints.ts";
import type { Signal, SupabaseLike } from "./supabase.ts";
import type { InboxCalls } from "./inbox_calls.ts";
import type { WppError } from "./wpp_error.ts";

/** Pause between two reads where no hints come. */
const POLL_MS = 3_000;
/** And where they do, from here to twice as long, as some may be lost. */
const NET_MS = 30_000;

export interface InboxChangesOptions {
  supabase: SupabaseLike;
  wpp: Pick<InboxCalls, "changesSince">;
  /** Reads what there is. Changes that come meanwhile are read after it. */
  load(signal: Signal): Promise<void>;
  /** Takes over what changed. */
  take(changes: Changes): void;
  /** All was erased meanwhile, or is of another organization: it is to be loaded anew. */
  onStale(): void;
  /** After each read: why it failed, or undefined. */
  onEnd(problem: WppError | undefined): void;
  onConnection(hint: ConnectionHint): void;
  /** Hints come now, or do no longer, or some may have been missed although they do. */
  onLive(isLive: boolean): void;
}

/** The one way in which changes come in: they are read after a number, and hints say when. */
export class InboxChanges {
  readonly #options: InboxChangesOptions;
  readonly #follower: Follower;
  #listening: Listening | undefined;
  /** Null: there is none. Undefined: it is not known. */
  #topic: string | null | undefined;
  #isLive = false;
  #isOver = false;
  #change: number | undefined;
  /** The highest number that was hinted at, and is not here. */
  #hinted = 0;
  #isReading = false;

  constructor(options: InboxChangesOptions) {
    this.#options = options;
    this.#follower = new Follower({
      read: (signal) => this.#read(signal),
      pauseMs: () => this.#isLive ? NET_MS * (1 + Math.random()) : POLL_MS,
      onEnd: options.onEnd,
    });
  }

  /** All changes up to this one are here; undefined before it has loaded. */
  get change(): number | undefined {
    return this.#change;
  }

  /** Whether hints come, and what changed before they did is here. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Reads soon. */
  wake(): void {
    this.#follower.wake();
  }

  /** Reads soon, also while it waits because of a failure. */
  now(): void {
    this.#follower.now();
  }

  /** Reads soon, and resolves when that has ended or is not possible. */
  read(): Promise<void> {
    return this.#follower.read();
  }

  /** Reads soon, and resolves when what is there by now has been read, or it is stopped. */
  success(): Promise<void> {
    return this.#follower.success();
  }

  stop(): void {
    this.#isOver = true;
    this.#listening?.stop();
    this.#follower.stop();
  }

  async #read(signal: Signal): Promise<void> {
    const hinted = this.#hinted;
    this.#isReading = true;
    try {
      await (this.#change === undefined ? this.#load(signal) : this.#follow(this.#change, signal));
    } finally {
      this.#isReading = false;
    }
    // What was hinted at before, and is not here now, would not come by asking again.
    if (this.#hinted !== hinted && this.#hinted > (this.#change ?? 0)) this.wake();
    else this.#hinted = 0;
  }

  /** The number is read first: what changes meanwhile is read again, and nothing is left out. */
  async #load(signal: Signal): Promise<void> {
    const { change, topic } = await this.#options.wpp.changesSince(undefined, { signal });
    if (signal.aborted) return;
    this.#join(topic);
    await this.#options.load(signal);
    if (!signal.aborted) this.#change = change;
  }

  async #follow(since: number, signal: Signal): Promise<void> {
    for (let from = since, more = true; more;) {
      const page = await this.#options.wpp.changesSince(from, { signal });
      if (signal.aborted) return;
      if (page.change < from || page.topic !== this.#topic) {
        return this.#options.onStale();
      }
      this.#change = from = page.change;
      more = page.more;
      this.#options.take(page);
    }
  }

  #join(topic: string | null): void {
    if (topic === this.#topic) return;
    this.#listening?.stop();
    this.#topic = topic;
    this.#listening = topic === null ? undefined : listen(this.#options.supabase, topic, {
      onChange: (change) => this.#onHint(change),
      onConnection: this.#options.onConnection,
      onMissed: () => this.#onMissed(),
      onLive: (isLive) => void this.#onLive(isLive),
    });
    if (this.#listening?.isLive) void this.#onLive(true); // it was joined for somebody else
  }

  #onHint(change: number): void {
    if (change <= Math.max(this.#hinted, this.#change ?? 0)) return;
    this.#hinted = change;
    if (!this.#isReading) this.wake();
  }

  #onMissed(): void {
    this.wake();
    if (this.#isLive) this.#options.onLive(true);
  }

  async #onLive(isLive: boolean): Promise<void> {
    if (isLive) await this.read();
    if (this.#isOver || (isLive && !this.#listening?.isLive)) return;
    this.#isLive = isLive;
    this.#follower.repace();
    this.#options.onLive(isLive);
  }
}
