declare const EdgeRuntime: { waitUntil(task: Promise<unknown>): void } | undefined;

/**
 * Lets work go on after the response: the hosted runtime keeps the isolate for it; elsewhere the
 * process lives on anyway. A failure ends here, so the task must have told of it itself.
 */
export function inBackground(task: Promise<unknown>): void {
  const quiet = task.catch(() => {});
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(quiet);
}
