import { backoffMs } from "./pause.ts";
import type { Signal } from "./supabase.ts";
import { isHidden, isOffline, watchPage } from "./watch_page.ts";
import { unexpectedResponse, WppError } from "./wpp_error.ts";

export interface FollowerOptions {
  /** Reads. After the signal has aborted nothing of it may count. */
  read(signal: Signal): Promise<void>;
  /** How long after a read the next one comes by itself. Asked after each read. */
  pauseMs(): number;
  /** After each read: why it failed, or undefined. */
  onEnd(problem: WppError | undefined): void;
}

/** One who waits for the end of a read. */
interface Waiting {
  resolve(): void;
  /** Whether one that failed does not count. */
  untilSuccess: boolean;
}

/** At most one read begins in that time, however many reasons there are. */
const THROTTLE_MS = 250;

/**
 * Reads again and again, one read at a time: by itself after a pause, and soon when it is asked to.
 * After a failure the pause grows. While the page is hidden it reads only when asked, and not at all
 * while the browser is offline; when that ends, at once.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #running = new AbortController();
  readonly #stopWatching: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReading = false;
  #isDue = true;
  #beganAt = -Infinity;
  #endedAt = -Infinity;
  #pauseMs = 0;
  #failures = 0;
  /** Those who wait for the end of a read that has not begun. */
  #waiting: Waiting[] = [];

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#stopWatching = watchPage({
      onVisibility: () => isHidden() ? this.#schedule() : this.now(),
      onNetwork: () => isOffline() ? this.#schedule() : this.now(),
    });
    this.#schedule();
  }

  stop(): void {
    this.#stopWatching();
    clearTimeout(this.#timer);
    this.#running.abort();
    release(this.#waiting);
  }

  /** Reads soon; after a failure not before its pause has passed. */
  wake(): void {
    this.#isDue = true;
    this.#schedule();
  }

  /** Reads soon, also after a failure: a person asks, or something is different. */
  now(): void {
    this.#failures = 0;
    this.wake();
  }

  /** Asks anew how long the pause is. */
  repace(): void {
    if (this.#failures === 0) this.#pauseMs = this.#options.pauseMs();
    this.#schedule();
  }

  /** Reads soon, and resolves when a read that began after this call has ended; at once offline. */
  read(): Promise<void> {
    if (isOffline() || this.#running.signal.aborted) return Promise.resolve();
    return this.#end(false);
  }

  /** Reads soon, and resolves when a read that began after this call has succeeded, or it is stopped. */
  success(): Promise<void> {
    if (this.#running.signal.aborted) return Promise.resolve();
    return this.#end(true);
  }

  #end(untilSuccess: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ resolve, untilSuccess });
      this.wake();
    });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#running.signal.aborted || this.#isReading) return;
    if (isOffline()) return void (this.#waiting = releaseFailed(this.#waiting));
    if (isHidden() && !this.#isDue) return;
    const isSoon = this.#isDue && this.#failures === 0;
    const at = isSoon ? this.#beganAt + THROTTLE_MS : this.#endedAt + this.#pauseMs;
    this.#timer = setTimeout(() => void this.#read(), Math.max(0, at - Date.now()));
  }

  async #read(): Promise<void> {
    const { signal } = this.#running;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#isReading = true;
    this.#isDue = false;
    this.#beganAt = Date.now();
    let problem: WppError | undefined;
    try {
      await this.#options.read(signal);
    } catch (error) {
      problem = error instanceof WppError ? error : unexpectedResponse({ cause: error });
    }
    this.#isReading = false;
    if (!signal.aborted) {
      this.#endedAt = Date.now();
      this.#failures = problem ? this.#failures + 1 : 0;
      this.#pauseMs = problem
        ? backoffMs(this.#failures, problem.retryAfter)
        : this.#options.pauseMs();
      this.#options.onEnd(problem);
      this.#schedule();
    }
    if (problem && !signal.aborted) this.#waiting.push(...releaseFailed(waiting));
    else release(waiting);
  }
}

function release(waiting: readonly Waiting[]): void {
  for (const { resolve } of waiting) resolve();
}

/** Lets those go for whom a failure is an end, too, and returns the others. */
function releaseFailed(waiting: readonly Waiting[]): Waiting[] {
  release(waiting.filter(({ untilSuccess }) => !untilSuccess));
  return waiting.filter(({ untilSuccess }) => untilSuccess);
}
