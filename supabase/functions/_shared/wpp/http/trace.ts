import { AppError } from "../errors.ts";
import { VERSION } from "../version.ts";

/** One request's log line. It never holds a secret, a phone number, a text, or words of upstream. */
export class Trace {
  readonly requestId = crypto.randomUUID();
  readonly #startedAt = performance.now();
  /** The organization that the request was for, once the database has found it. */
  organization?: string;
  /** What the platform told, and what became of it. */
  event?: { type: string; outcome: string; reason?: string };
  /** How much was done, by what it is. */
  counts?: Record<string, number | boolean>;
  /** The id of the message that the request was about. */
  messageId?: string;
  /** HTTP requests that went to WPP Platform. */
  platformCalls = 0;
  /** Where the platform's token came from, when one was last needed: memory, row or exchange. */
  token?: string;
  readonly #warnings: string[] = [];
  #logged = false;

  readonly #functionName: string;

  constructor(functionName: string) {
    this.#functionName = functionName;
  }

  /** Notes what failed without failing the request: in its line or, after that, in one of its own. */
  warn(warning: string): void {
    if (!this.#logged) this.#warnings.push(warning);
    else console.warn(JSON.stringify({ level: "warn", requestId: this.requestId, warning }));
  }

  /** Writes the line. */
  log(status: number, error?: unknown): void {
    const code = error === undefined
      ? undefined
      : error instanceof AppError
      ? error.code
      : "internal";
    const level = status >= 500 ? "error" : status >= 400 ? "warn" : "info";
    const write = { error: console.error, warn: console.warn, info: console.log }[level];
    const line = {
      level,
      requestId: this.requestId,
      function: this.#functionName,
      version: VERSION,
      status,
      code,
      organization: this.organization,
      messageId: this.messageId,
      event: this.event,
      counts: this.counts,
      durationMs: Math.round(performance.now() - this.#startedAt),
      platformCalls: this.platformCalls,
      token: this.token,
      warnings: this.#warnings.length > 0 ? this.#warnings : undefined,
      cause: error === undefined ? undefined : causes(error),
    };
    this.#logged = true;
    write(JSON.stringify(line));
  }
}

const warned = new Set<string>();

/** Logs a warning once for each isolate. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  console.warn(JSON.stringify({ level: "warn", message }));
}

/**
 * An error and its causes, by name, code and place. Messages stay out: a parser's quotes its input,
 * fetch's the address.
 */
function causes(error: unknown): object[] {
  const chain: object[] = [];
  for (let e = error; e instanceof Error && chain.length < 5; e = e.cause) {
    const { name, code, kind } = e as Error & { code?: unknown; kind?: unknown };
    const at = e instanceof AppError ? undefined : frames(e);
    chain.push({ name, code: word(code), kind: word(kind), at });
  }
  return chain;
}

function word(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w-]{1,64}$/.test(value) ? value : undefined;
}

function frames(error: Error): string[] | undefined {
  return error.stack?.split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 4)
    .map((line) => line.trim());
}
