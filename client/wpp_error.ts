import type { SendAttempt } from "./send_attempt.ts";
import type { ErrorOutput } from "./contract.ts";
import type { WppErrorCode } from "./error_code.ts";
import { mayHaveSent } from "./send_outcome.ts";
import type { AnswerLike } from "./supabase.ts";

/** What a person can do about a failure. */
export type WppAction = "sign_in" | "reconnect" | "try_again" | "report";

/** The fields of a {@link WppError}. */
export interface WppErrorDetails {
  code: WppErrorCode;
  message: string;
  retryable: boolean;
  mayHaveSent?: boolean | undefined;
  fields?: Record<string, string> | undefined;
  requestId?: string | undefined;
  status?: number | undefined;
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** Why a call failed. `message` says what to do, in English; `code` is stable. */
export class WppError extends Error {
  override readonly name = "WppError";
  readonly code: WppErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /**
   * Of `send`: whether the message may have gone out although the call failed, now or at an earlier
   * try. Show it as unknown then, not as unsent. Otherwise it certainly did not go out.
   */
  readonly mayHaveSent: boolean;
  /** What is wrong with the input, by field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Finds the call in the functions' log. Undefined when no function answered. */
  readonly requestId: string | undefined;
  /** The HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** Seconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(details: WppErrorDetails) {
    super(details.message, { cause: details.cause });
    this.code = details.code;
    this.retryable = details.retryable;
    this.mayHaveSent = details.mayHaveSent ?? false;
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

const MAY_HAVE_SENT = "The message may have been sent all the same; sent again, it arrives once.";

/**
 * Turns the error of supabase-js's `functions.invoke` into a {@link WppError}. Its `context` is the
 * function's answer, not yet read, or where none came the reason.
 *
 * @param attempt Of a send.
 */
export async function wppErrorFrom(cause: unknown, attempt?: SendAttempt): Promise<WppError> {
  const context = (cause as { context?: unknown } | null)?.context;
  const details = isAnswer(context) ? await refusal(context) : NETWORK_ERROR;
  return wppError({ ...details, cause }, attempt);
}

/** The error for an answer that is no function's. */
export function unexpectedResponse(
  details: Partial<WppErrorDetails>,
  attempt?: SendAttempt,
): WppError {
  return wppError({ ...UNEXPECTED, ...details }, attempt);
}

function wppError(details: WppErrorDetails, attempt: SendAttempt | undefined): WppError {
  const { code, message } = details;
  if (!attempt || !mayHaveSent(code, attempt.isRepeated)) return new WppError(details);
  const isSaid = code === "delivery_unknown";
  return new WppError({
    ...details,
    mayHaveSent: true,
    message: isSaid ? message : `${message} ${MAY_HAVE_SENT}`,
  });
}

/** What an answer says that is no success: a function's own error, or something before it. */
async function refusal(answer: AnswerLike): Promise<WppErrorDetails> {
  const { status } = answer;
  const text = await answer.text().catch(() => "");
  const body = parseObject(text);
  const known = {
    status,
    requestId: answer.headers.get("x-request-id") ?? undefined,
    retryAfter: parseRetryAfter(answer.headers.get("retry-after")),
  };
  const error = body?.error as Partial<ErrorOutput["error"]> | undefined;
  if (typeof error?.code === "string") {
    const { code, message = "", retryable = false, fields, requestId } = error;
    return { ...known, code, message, retryable, fields, requestId };
  }
  if (status === 401 && body) return { ...known, ...UNAUTHORIZED };
  if (status === 404 && /function\b.*not found/i.test(text)) return { ...known, ...NOT_DEPLOYED };
  const mayPass = status === 408 || status === 429 || status >= 500;
  return { ...known, ...UNEXPECTED, retryable: mayPass };
}

export const NETWORK_ERROR: WppErrorDetails = {
  code: "network_error",
  message: "The server cannot be reached. Check the connection and try again.",
  retryable: true,
};

/** What a function says of an input, where the client sees it before: to be given with its `fields`. */
export const INVALID_REQUEST: WppErrorDetails = {
  code: "invalid_request",
  message: "The request is not valid. Correct the named fields.",
  retryable: false,
};

export const UNEXPECTED: WppErrorDetails = {
  code: "unexpected_response",
  message: "The server's answer was not understood. Try again shortly.",
  retryable: false,
};

/**
 * Of the database, and of the gateway before the functions, which answers `{ code: 401, message }`,
 * `{ message }` and the like.
 */
export const UNAUTHORIZED: WppErrorDetails = {
  code: "unauthorized",
  message: "The project did not accept this sign-in. Sign in again.",
  retryable: false,
};

export const NOT_DEPLOYED: WppErrorDetails = {
  code: "not_deployed",
  message: "The project has no such function yet. Report that it is to be deployed.",
  retryable: false,
};

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

function parseObject(text: string): { error?: unknown } | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** By its members, not `instanceof`: a polyfilled fetch has another Response class. */
function isAnswer(value: unknown): value is AnswerLike {
  return typeof (value as AnswerLike | null)?.text === "function" &&
    typeof (value as AnswerLike).status === "number";
}
