import { withDeadline } from "../lib/deadline.ts";

/** Outgoing calls are aborted after this, so that a use case can still say what came of them. */
const CALLS_TIMEOUT_MS = 23_000;
/** The request is answered with `gateway_timeout` after this, even if a call ignores its abort. */
const REQUEST_TIMEOUT_MS = 25_000;

/**
 * Does the work of one request, in the time that a request has.
 *
 * @param work Gets the signal that ends its outgoing calls.
 */
export async function withinRequestTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const calls = new AbortController();
  const timer = setTimeout(
    () => calls.abort(new DOMException("The request took too long", "TimeoutError")),
    CALLS_TIMEOUT_MS,
  );
  try {
    return await withDeadline(REQUEST_TIMEOUT_MS, undefined, () => work(calls.signal));
  } finally {
    clearTimeout(timer);
  }
}
