import { throwIfAborted } from "./pause.ts";
import type { Signal } from "./supabase.ts";
import { NETWORK_ERROR, WppError } from "./wpp_error.ts";

/**
 * What the promise gives; rejects with the signal's reason once that has aborted, and with
 * `network_error` after `ms`. What the promise stands for goes on all the same.
 */
export async function within<T>(promise: Promise<T>, ms: number, signal?: Signal): Promise<T> {
  throwIfAborted(signal);
  let end = () => {};
  const ended = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new WppError(NETWORK_ERROR)), ms);
    const onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    end();
  }
}
