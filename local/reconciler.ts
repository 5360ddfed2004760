import { sleep } from "../supabase/functions/_shared/wpp/lib/deadline.ts";

/** What a project's cron is: it calls wpp-reconcile over and over. */
export interface Reconciler {
  stop(): Promise<void>;
}

/**
 * Calls it every so many seconds, the first time after as long. A call that fails is the next one's
 * to make good.
 *
 * @param call Calls wpp-reconcile, by the secret key.
 */
export function startReconciler(
  everyS: number,
  call: (signal: AbortSignal) => Promise<unknown>,
): Reconciler {
  const stopped = new AbortController();
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await sleep(everyS * 1000, stopped.signal);
      await call(stopped.signal).catch(() => {}); // its function logs what went wrong
    }
  })().catch(() => {}); // stopped while it slept
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** The call of a local project. */
export function reconcileCall(
  url: string,
  secretKey: string,
): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    const response = await fetch(`${url}/functions/v1/wpp-reconcile`, {
      method: "POST",
      headers: { apikey: secretKey },
      signal,
    });
    await response.body?.cancel();
  };
}
