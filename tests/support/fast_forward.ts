import FakeTimers from "@sinonjs/fake-timers";

/**
 * What a promise resolves to, without the waits of the code under test: whenever it waits for nothing
 * else, the clock jumps to the next timer.
 */
export async function fastForward<T>(start: () => Promise<T>, isIdle: () => boolean): Promise<T> {
  const breathe = globalThis.setTimeout;
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    let done = false;
    const result = start().finally(() => done = true);
    result.catch(() => {});
    for (let idle = 0; !done;) {
      await new Promise((resolve) => breathe(resolve, 2));
      // Signatures are verified in other threads, which may wait for a processor for long.
      await crypto.subtle.digest("SHA-256", new Uint8Array());
      idle = isIdle() ? idle + 1 : 0;
      // Several turns, as a request takes a moment to get from the caller to where it is counted.
      if (idle >= 10 && !done) {
        await clock.nextAsync();
        idle = 0;
      }
    }
    return await result;
  } finally {
    clock.uninstall();
  }
}
