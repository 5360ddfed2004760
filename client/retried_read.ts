import { keptProblem, type Problem } from "./inbox_snapshot.ts";
import { backoffMs } from "./pause.ts";
import type { Signal } from "./supabase.ts";
import { isHidden, isOffline, watchPage } from "./watch_page.ts";
import { unexpectedResponse, WppError } from "./wpp_error.ts";

export interface RetriedReadOptions {
  /** Reads. After the signal has aborted nothing of it may count. */
  read(signal: Signal): Promise<unknown>;
  /** Called when a read has begun, and when it has ended. */
  onChange(): void;
}

/**
 * Reads when it is asked to, and again where that failed: after a pause that grows, and not while the
 * page is hidden or the browser is offline; when that ends, at once.
 */
export class RetriedRead {
  /** Why the last read failed. */
  problem: Problem | null = null;
  readonly #options: RetriedReadOptions;
  readonly #over = new AbortController();
  readonly #stopWatching: () => void;
  #underWay = 0;
  /** In a row. */
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RetriedReadOptions) {
    this.#options = options;
    const retry = () => this.retry();
    this.#stopWatching = watchPage({ onVisibility: retry, onNetwork: retry });
  }

  stop(): void {
    this.#over.abort();
    this.#stopWatching();
    clearTimeout(this.#timer);
  }

  /** Resolves when it has read or has failed. */
  async read(): Promise<void> {
    const { signal } = this.#over;
    this.#underWay++;
    const reading = this.#options.read(signal);
    this.#options.onChange();
    let problem: WppError | undefined;
    try {
      await reading;
    } catch (error) {
      problem = error instanceof WppError ? error : unexpectedResponse({ cause: error });
    }
    this.#underWay--;
    if (signal.aborted) return;
    this.problem = keptProblem(this.problem, problem);
    this.#plan(problem);
    this.#options.onChange();
  }

  /** Reads again now what could not be read: a person asks, or something is different. */
  retry(): void {
    if (this.#failures === 0 || this.#underWay > 0 || isHidden() || isOffline()) return;
    void this.read();
  }

  #plan(problem: WppError | undefined): void {
    clearTimeout(this.#timer);
    this.#failures = problem ? this.#failures + 1 : 0;
    if (!problem) return;
    const pauseMs = backoffMs(this.#failures, problem.retryAfter);
    this.#timer = setTimeout(() => this.retry(), pauseMs);
  }
}
