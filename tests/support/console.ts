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

/** Takes the JSON lines that are logged, until disposed. */
export function captureLogs(lines: Record<string, unknown>[]): Disposable {
  const { log, warn, error } = console;
  const capture = (line: unknown, ...rest: unknown[]) => {
    if (typeof line === "string" && line.startsWith("{")) lines.push(JSON.parse(line));
    else log(line, ...rest);
  };
  Object.assign(console, { log: capture, warn: capture, error: capture });
  return { [Symbol.dispose]: () => void Object.assign(console, { log, warn, error }) };
}
