/** Outgoing calls are aborted after this, so that a use case can still say what came of them. */
const CALLS_TIMEOUT_MS = 23_000;
/** The request is answered so much later, even if a call ignores its abort. */
const GRACE_MS = 2_000;

/**
 * Does the work of one request, in the time that a request has.
 *
 * @param work Gets the signal that ends its outgoing calls.
 * @throws A `TimeoutError` when the time is over; whatever the work throws.
 */
export async function withinRequestTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const calls = new AbortController();
  const over = Promise.withResolvers<never>();
  let timer = setTimeout(() => {
    calls.abort(tookTooLong());
    timer = setTimeout(() => over.reject(tookTooLong()), GRACE_MS);
  }, CALLS_TIMEOUT_MS);
  try {
    return await Promise.race([over.promise, work(calls.signal)]);
  } finally {
    clearTimeout(timer);
  }
}

function tookTooLong(): DOMException {
  return new DOMException("The request took too long", "TimeoutError");
}
