import type { Signal } from "./supabase.ts";
import { isHidden, watchPage } from "./watch_page.ts";

/** @throws the signal's reason when it has aborted. */
export function throwIfAborted(signal?: Signal): void {
  if (signal?.aborted) throw signal.reason;
}

/** Resolves after `ms`. When aborted it rejects with the signal's reason, and leaves no timer. */
export function sleep(ms: number, signal?: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onTimeout = () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    };
    const timer = setTimeout(onTimeout, ms);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * Waits while the page is hidden, and resolves with the milliseconds that this took: 0, at once,
 * when it is visible. Rejects with the signal's reason when aborted.
 */
export function whileHidden(signal?: Signal): Promise<number> {
  if (!isHidden()) return Promise.resolve(0);
  const startedAt = Date.now();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      stopWatching();
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const onVisibility = () => {
      if (!isHidden()) end(() => resolve(Date.now() - startedAt));
    };
    const stopWatching = watchPage({ onVisibility, onNetwork() {} });
    const onAbort = () => end(() => reject(signal!.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

/** Wait after the first failure. */
const FIRST_BACKOFF_MS = 1_000;
/** Longest wait, however many failures there were. */
const MAX_BACKOFF_MS = 30_000;

/**
 * How long to wait before the next attempt, after so many failures in a row. The wait doubles each
 * time. Up to half of it is taken off at random, so that many pages do not return at once; but it
 * is never shorter than the `Retry-After` that the server asked for.
 */
export function backoffMs(failures: number, retryAfterS = 0): number {
  const longestMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  return Math.max(longestMs * (1 - Math.random() / 2), retryAfterS * 1000);
}
