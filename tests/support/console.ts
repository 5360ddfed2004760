/** Takes all that is written to the console, until disposed. */
export function captureConsole(): Disposable & { lines: string[] } {
  const lines: string[] = [];
  const { log, info, warn, error, debug } = console;
  const capture = (...parts: unknown[]) => void lines.push(parts.map(String).join(" "));
  Object.assign(console, {
    log: capture,
    info: capture,
    warn: capture,
    error: capture,
    debug: capture,
  });
  return {
    lines,
    [Symbol.dispose]: () => void Object.assign(console, { log, info, warn, error, debug }),
  };
}
