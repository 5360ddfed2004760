import type { ErrorOutput } from "../supabase/functions/_shared/wpp/contract.ts";

/** What the functions answer, and three that only a client can meet. */
export type WppErrorCode =
  | ErrorOutput["error"]["code"]
  /** No answer came: offline, refused, or too slow. */
  | "network_error"
  /** The answer is not one of the functions': a proxy's page, for example. */
  | "unexpected_response"
  /** `connect` alone: nobody scanned the QR code in time. */
  | "scan_expired";

/** The one thing for a person to do about a failure. */
export type WppAction = "sign_in" | "reconnect" | "try_again" | "report";

/** What a {@link WppError} is made of. */
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
  /** To be told to whoever runs the functions; undefined when they were not reached. */
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

/** Not worth repeating by itself, but by a person. */
const TRY_AGAIN: readonly WppErrorCode[] = [
  "integration_not_found",
  "gateway_error",
  "gateway_invalid_response",
  "unexpected_response",
];

/**
 * The error in what `functions.invoke` gave: supabase-js leaves the functions' own error unread in
 * `error.context`, or puts there why no answer came.
 */
export async function wppErrorFrom(error: unknown): Promise<WppError> {
  const context = (error as { context?: unknown } | null)?.context;
  if (!isResponse(context)) return networkError(error);
  const body = await context.json().catch(() => undefined) as Partial<ErrorOutput> | undefined;
  const status = context.status;
  const retryAfter = secondsOf(context.headers.get("retry-after"));
  if (typeof body?.error?.code === "string") {
    const { code, message, retryable, fields, requestId } = body.error;
    return new WppError({
      ...{ code, message, retryable, fields, requestId },
      ...{ status, retryAfter, cause: error },
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

/** An answer that none of the functions gives. */
export function unexpectedResponse(details: Partial<WppErrorDetails>): WppError {
  return new WppError({
    code: "unexpected_response",
    message: "The server's answer was not understood. Try again shortly.",
    retryable: false,
    ...details,
  });
}

/** `Retry-After` in seconds, also where it is a date. */
export function secondsOf(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function networkError(cause: unknown): WppError {
  return new WppError({
    code: "network_error",
    message: "The server cannot be reached. Check the connection and try again.",
    retryable: true,
    cause,
  });
}

/** Not `instanceof`: a polyfilled fetch has a Response of its own. */
function isResponse(value: unknown): value is Response {
  return typeof (value as Response | null)?.json === "function" &&
    typeof (value as Response).status === "number";
}
