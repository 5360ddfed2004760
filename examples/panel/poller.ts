import { whileHidden } from "../../client/pause.ts";

/**
 * Reads again and again, one read at a time: after the pause that the last one asked for, at once
 * when the page is shown again or is online again, and not while it is hidden.
 */
export class Poller {
  /** Reads, and resolves with the milliseconds until the next read. */
  readonly #read: (signal: AbortSignal) => Promise<number>;
  #running: AbortController | undefined;
  #isDue = false;
  #endPause = () => {};

  constructor(read: (signal: AbortSignal) => Promise<number>) {
    this.#read = read;
  }

  start(): void {
    if (this.#running) return;
    this.#running = new AbortController();
    const { signal } = this.#running;
    addEventListener("online", () => this.wake(), { signal });
    page().addEventListener("visibilitychange", () => this.wake(), { signal });
    this.#run(signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#endPause();
  }

  /** Reads now, or once more when the read that is under way has ended. */
  wake(): void {
    this.#isDue = true;
    this.#endPause();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#isDue = false;
      const pauseMs = await this.#read(signal);
      if (signal.aborted) return;
      if (!this.#isDue) await this.#pause(pauseMs);
      await whileHidden(signal).catch(() => {});
    }
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endPause = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }
}

/** Read when it is needed: in tests, which run without a page, there is another one each time. */
function page(): EventTarget {
  return (globalThis as unknown as { document: EventTarget }).document;
}
