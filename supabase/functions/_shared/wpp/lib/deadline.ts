/**
 * Runs `work` and rejects with a `TimeoutError` once `ms` milliseconds have passed, or with the
 * parent's reason once that aborts, even if `work` does not listen to its signal. Not by
 * `AbortSignal.timeout`, which the fake timers of tests do not move.
 */
export async function withDeadline<T>(
  ms: number,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal) => PromiseLike<T>,
): Promise<T> {
  const deadline = new AbortController();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {}); // nobody waits for it where the work throws at once
  // Not by a listener to the signal: that would take as long as the rest of this.
  const end = (reason: unknown) => {
    deadline.abort(reason);
    ended.reject(reason);
  };
  const timer = setTimeout(
    () => end(new DOMException("The deadline has passed", "TimeoutError")),
    ms,
  );
  const onParentAbort = () => end(parent?.reason);
  if (parent?.aborted) onParentAbort();
  else parent?.addEventListener("abort", onParentAbort, { once: true });
  try {
    return await Promise.race([ended.promise, work(deadline.signal)]);
  } finally {
    clearTimeout(timer);
    parent?.removeEventListener("abort", onParentAbort);
  }
}

/** Whether an error is that of a deadline, our own or a parent's. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

/** Waits; rejects with the signal's reason once that aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}
