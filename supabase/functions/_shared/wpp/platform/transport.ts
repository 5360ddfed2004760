import { BodyTooLargeError, readBounded } from "../lib/bounded_body.ts";
import { isTimeout, sleep, withDeadline } from "../lib/deadline.ts";
import { VERSION } from "../version.ts";

/** Larger answers are refused; a QR image is some tens of KiB. */
const MAX_ANSWER_BYTES = 1024 * 1024;
const BACKOFF_BASE_MS = 250;
/** Also the longest Retry-After that is waited out here. */
const BACKOFF_CAP_MS = 5_000;
/** The longest Retry-After that is believed and passed on. */
const RETRY_AFTER_CAP_S = 3_600;
/** Statuses of which a repeated read may come out better. */
const TRANSIENT_STATUSES = new Set([408, 429, 502, 503, 504]);

const USER_AGENT = `wpp-messenger/${VERSION} ${navigator.userAgent}`;

export interface PlatformCall {
  method: "GET" | "POST" | "DELETE";
  /** Begins with a slash; its segments are encoded already. */
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** For the whole call: every attempt, wait and body. */
  timeoutMs: number;
  /** How often it may be tried in all; 1 for what must not happen twice. */
  maxAttempts: number;
}

export interface PlatformAnswer {
  status: number;
  /** Seconds, from `Retry-After` in either of its forms; an hour at most. */
  retryAfter?: number;
  text: string;
}

/**
 * No usable answer came. `unsent`: the caller's signal had aborted before the request went out.
 * `unreachable`: the connection failed, so the request provably did not leave. `lost` and `timeout`: it
 * may have arrived. `too_large`: an answer came, and was longer than any that is read.
 */
export class PlatformCallError extends Error {
  override readonly name = "PlatformCallError";
  readonly kind: "unsent" | "unreachable" | "lost" | "timeout" | "too_large";

  constructor(kind: PlatformCallError["kind"], cause?: unknown) {
    super(`No answer from WPP Platform: ${kind}`, { cause });
    this.kind = kind;
  }
}

/** HTTP to WPP Platform: deadlines, bounded answers, no redirects, and repeats where allowed. */
export class WppTransport {
  readonly baseUrl: string;
  readonly #onRequest: () => void;

  constructor(baseUrl: string, onRequest: () => void = () => {}) {
    this.baseUrl = baseUrl;
    this.#onRequest = onRequest;
  }

  /**
   * Any HTTP answer, of whatever status.
   *
   * @throws PlatformCallError when none came, or the parent's signal aborted.
   */
  async call(call: PlatformCall, parent?: AbortSignal): Promise<PlatformAnswer> {
    if (parent?.aborted) throw new PlatformCallError("unsent", parent.reason);
    const endsAt = performance.now() + call.timeoutMs;
    try {
      return await withDeadline(
        call.timeoutMs,
        parent,
        (signal) => this.#attempts(call, endsAt, signal),
      );
    } catch (error) {
      if (error instanceof PlatformCallError) throw error;
      throw new PlatformCallError(isTimeout(error) ? "timeout" : "lost", error);
    }
  }

  async #attempts(call: PlatformCall, endsAt: number, signal: AbortSignal) {
    for (let attempt = 1;; attempt++) {
      const result = await this.#once(call, signal).catch((error) => error as PlatformCallError);
      if (attempt >= call.maxAttempts || !isTransient(result)) return settle(result);
      const waitMs = backoffMs(attempt, result);
      if (waitMs > BACKOFF_CAP_MS || performance.now() + waitMs >= endsAt) return settle(result);
      await sleep(waitMs, signal);
    }
  }

  async #once(call: PlatformCall, signal: AbortSignal): Promise<PlatformAnswer> {
    this.#onRequest();
    try {
      const response = await fetch(this.baseUrl + call.path, {
        method: call.method,
        headers: {
          accept: "application/json",
          "user-agent": USER_AGENT,
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
          ...call.headers,
        },
        ...bodyOf(call),
        redirect: "manual",
        signal,
      });
      return {
        status: response.status,
        retryAfter: parseRetryAfter(response.headers.get("retry-after")),
        text: new TextDecoder().decode(await readBounded(response, MAX_ANSWER_BYTES, signal)),
      };
    } catch (error) {
      if (error instanceof BodyTooLargeError) throw new PlatformCallError("too_large", error);
      if (signal.aborted) throw signal.reason;
      throw new PlatformCallError(neverLeft(error) ? "unreachable" : "lost", error);
    }
  }
}

/**
 * Deno's fetch resends a request by itself when its kept-alive connection breaks before an answer
 * begins, if it holds the whole body (tests/platform/resend_test.ts). It cannot resend a stream,
 * so the body of what must not happen twice is one.
 */
function bodyOf({ body, maxAttempts }: PlatformCall): RequestInit & { duplex?: "half" } {
  if (body === undefined) return {};
  const text = JSON.stringify(body);
  return maxAttempts > 1 ? { body: text } : { body: new Blob([text]).stream(), duplex: "half" };
}

function isTransient(result: PlatformAnswer | PlatformCallError): boolean {
  if ("text" in result) return TRANSIENT_STATUSES.has(result.status);
  return result.kind === "unreachable" || result.kind === "lost";
}

function settle(result: PlatformAnswer | PlatformCallError): PlatformAnswer {
  if ("text" in result) return result;
  throw result;
}

/** Full jitter, or what the platform asks for where that is longer. */
function backoffMs(attempt: number, result: PlatformAnswer | PlatformCallError): number {
  const jitterMs = Math.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1));
  const retryAfterMs = "text" in result ? (result.retryAfter ?? 0) * 1000 : 0;
  return Math.max(jitterMs, retryAfterMs);
}

/** RFC 9110: seconds, or a date. */
function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : secondsUntil(value);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), RETRY_AFTER_CAP_S);
}

/** NaN for what is no date of HTTP: Date.parse takes "-5", "1.5" and "march" for dates, too. */
function secondsUntil(date: string): number {
  const isHttpDate = /^\s*(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d:\d\d/i.test(date);
  return isHttpDate ? Math.ceil((Date.parse(date) - Date.now()) / 1000) : NaN;
}

/**
 * Whether a failed fetch ended while connecting, so that no byte of the request went out. Deno
 * tells only by its message, which is in the error (2.1) or in its cause (2.9).
 */
function neverLeft(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return [error, cause].some((e) =>
    e instanceof Error && /client error \(Connect\)/.test(e.message)
  );
}
