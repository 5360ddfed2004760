import type { ErrorOutput } from "./contract.ts";

/** The codes that the functions answer, and three that arise in the client. */
export type WppErrorCode =
  | ErrorOutput["error"]["code"]
  /** No answer came: offline, refused, or too slow. */
  | "network_error"
  /** The answer did not come from a function: a proxy's error page, for example. */
  | "unexpected_response"
  /** Of `connect` only: nobody scanned the QR code in time. */
  | "scan_expired";

/** What a person can do about a failure. */
export type WppAction = "sign_in" | "reconnect" | "try_again" | "report";

/** The fields of a {@link WppError}. */
export interface WppErrorDetails {
  code: WppErrorCode;
  message: string;
  retryable: boolean;
  fields?: Record<string, string>;
  requestId?: string;
  status?: number;
  retryAfter?: number;
  cause?: unknown;
}

/** Why a call failed. `message` says what to do, in English; `code` is stable. */
export class WppError extends Error {
  override readonly name = "WppError";
  readonly code: WppErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** What is wrong with the input, by field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Finds the call in the functions' log. Undefined when no function answered. */
  readonly requestId?: string;
  /** The HTTP status; undefined when no answer came. */
  readonly status?: number;
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number;

  constructor(details: WppErrorDetails) {
    super(details.message, { cause: details.cause });
    this.code = details.code;
    this.retryable = details.retryable;
    this.fields = details.fields ?? {};
    this.requestId = details.requestId;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
  }

  /** What a person can do about it. */
  get action(): WppAction {
    if (this.code === "unauthorized") return "sign_in";
    if (this.code === "reconnect_required") return "reconnect";
    const again = this.retryable || TRY_AGAIN.includes(this.code);
    return again ? "try_again" : "report";
  }
}

/** Not to be repeated by a program, but a person may try again. */
const TRY_AGAIN: readonly WppErrorCode[] = [
  "integration_not_found",
  "gateway_error",
  "gateway_invalid_response",
  "unexpected_response",
];

/**
 * Turns the error of supabase-js's `functions.invoke` into a {@link WppError}. Its `context` is the
 * function's answer, not yet read, or where none came the reason.
 */
export async function wppErrorFrom(error: unknown): Promise<WppError> {
  const context = (error as { context?: unknown } | null)?.context;
  if (!isResponse(context)) return networkError(error);
  const body = await context.json().catch(() => undefined) as Partial<ErrorOutput> | undefined;
  const status = context.status;
  const retryAfter = parseRetryAfter(context.headers.get("retry-after"));
  if (typeof body?.error?.code === "string") {
    const { code, message, retryable, fields, requestId } = body.error;
    return new WppError({
      code,
      message,
      retryable,
      fields,
      requestId,
      status,
      retryAfter,
      cause: error,
    });
  }
  return unexpectedResponse({
    status,
    retryAfter,
    requestId: context.headers.get("x-request-id") ?? undefined,
    retryable: status === 408 || status === 429 || status >= 500,
    cause: error,
  });
}

/** The error for an answer that does not come from a function. */
export function unexpectedResponse(details: Partial<WppErrorDetails>): WppError {
  return new WppError({
    code: "unexpected_response",
    message: "The server's answer was not understood. Try again shortly.",
    retryable: false,
    ...details,
  });
}

/**
 * The seconds of a `Retry-After` header, which is a number or a date (RFC 9110). Undefined when it
 * is neither. The functions read the platform's in the same way.
 */
export function parseRetryAfter(value: string | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  // Date.parse takes "-5" and "1.5" for dates; those of HTTP begin with a weekday.
  const at = /^\s*[a-z]{3}/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

function networkError(cause: unknown): WppError {
  return new WppError({
    code: "network_error",
    message: "The server cannot be reached. Check the connection and try again.",
    retryable: true,
    cause,
  });
}

/** By its members, not `instanceof`: a polyfilled fetch has another Response class. */
function isResponse(value: unknown): value is Response {
  return typeof (value as Response | null)?.json === "function" &&
    typeof (value as Response).status === "number";
}
