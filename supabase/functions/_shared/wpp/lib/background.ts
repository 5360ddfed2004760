declare const EdgeRuntime: { waitUntil(task: Promise<unknown>): void } | undefined;

/**
 * Lets work go on after the response. The hosted runtime must be told, or it retires the isolate;
 * elsewhere the process lives on anyway. A failure is dropped here, so the task must have reported
 * it itself.
 */
export function inBackground(task: Promise<unknown>): void {
  const settled = task.catch(() => {});
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(settled);
}
