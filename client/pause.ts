/** What a browser has and Deno, Node and workers lack. */
interface Page {
  document?: EventTarget & { visibilityState: string };
  navigator?: { onLine?: boolean };
}

/** Whether the browser says that there is no network; false where it cannot tell. */
export function isOffline(): boolean {
  return (globalThis as Page).navigator?.onLine === false;
}

/** Resolves after `ms`. Rejects with the signal's reason, and leaves no timer then. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const done = () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/**
 * Resolves at once when the page is shown, else when it is shown again, with the milliseconds that
 * took. Rejects with the signal's reason.
 */
export function whileHidden(signal?: AbortSignal): Promise<number> {
  const { document } = globalThis as Page;
  if (document?.visibilityState !== "hidden") return Promise.resolve(0);
  const since = Date.now();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      document.removeEventListener("visibilitychange", look);
      signal?.removeEventListener("abort", abort);
      settle();
    };
    const look = () => {
      if (document.visibilityState !== "hidden") end(() => resolve(Date.now() - since));
    };
    const abort = () => end(() => reject(signal!.reason));
    document.addEventListener("visibilitychange", look);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
  });
}

/**
 * Milliseconds to wait before the next attempt: doubling from 1 s to 30 s, up to half of it taken
 * off at random so that many pages do not return at once, and never less than the server asks for.
 */
export function backoff(failures: number, retryAfter = 0): number {
  const longest = Math.min(30_000, 1_000 * 2 ** (failures - 1));
  return Math.max(longest * (1 - Math.random() / 2), retryAfter * 1000);
}
