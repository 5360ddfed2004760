import { backoffMs, sleep, whileHidden } from "../../client/pause.ts";
import { type StatusOutput, type WppClient, WppError } from "../../client/wpp_client.ts";

/** Milliseconds between two checks. */
const EVERY = 15_000;

interface WatchOptions {
  signal: AbortSignal;
  /** The status is known at the start: the first check comes a pause later. */
  known?: boolean;
  onStatus(status: StatusOutput): void;
  /** A check failed; it is repeated when the error may pass. */
  onProblem(error: WppError): void;
}

/** Follows the status until aborted, or until an error that will not pass. Not on a hidden page. */
export async function watchStatus(wpp: WppClient, options: WatchOptions): Promise<void> {
  const { signal, onStatus, onProblem } = options;
  const pause = (ms: number) => sleep(ms, signal).then(() => whileHidden(signal)).catch(() => {});
  if (options.known) await pause(EVERY);
  for (let failures = 0; !signal.aborted;) {
    try {
      onStatus(await wpp.status({}, { signal }));
      failures = 0;
      await pause(EVERY);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof WppError)) throw error;
      onProblem(error);
      if (!error.retryable) return;
      await pause(backoffMs(++failures, error.retryAfter));
    }
  }
}
