import { backoffMs, sleep, whileHidden } from "../../client/pause.ts";
import { type StatusOutput, type WppClient, WppError } from "../../client/wpp_client.ts";

/** Pause between two checks. */
const CHECK_INTERVAL_MS = 15_000;

interface WatchOptions {
  signal: AbortSignal;
  /** Left out, it is the primary connection's. */
  session?: string;
  /** The status is known already, so the first check waits for one interval. */
  isKnown?: boolean;
  onStatus(status: StatusOutput): void;
  /** A check failed; it is repeated if the error is retryable. */
  onProblem(error: WppError): void;
}

/** Checks the status until aborted or until an error is not retryable; not on a hidden page. */
export async function watchStatus(wpp: WppClient, options: WatchOptions): Promise<void> {
  const { signal, session, onStatus, onProblem } = options;
  const pause = (ms: number) => sleep(ms, signal).then(() => whileHidden(signal)).catch(() => {});
  if (options.isKnown) await pause(CHECK_INTERVAL_MS);
  for (let failures = 0; !signal.aborted;) {
    try {
      onStatus(await wpp.status({ session }, { signal }));
      failures = 0;
      await pause(CHECK_INTERVAL_MS);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof WppError)) throw error;
      onProblem(error);
      if (!error.retryable) return;
      await pause(backoffMs(++failures, error.retryAfter));
    }
  }
}
