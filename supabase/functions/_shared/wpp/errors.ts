/**
 * Every failure that a caller can see: its stable code, HTTP status, whether the same call may
 * succeed later, and the sentence that tells what to do. `AppError` overrides what a case needs.
 */
export const ERRORS = {
  invalid_request: [400, false, "The request is not valid. Correct the named fields."],
  invalid_json: [400, false, "The request body is not valid JSON. Send a JSON object."],
  unauthorized: [401, false, "Sign in and send the user's access token as a Bearer token."],
  integration_not_found: [404, false, "No WhatsApp connection was found. Call wpp-create first."],
  method_not_allowed: [405, false, "This method is not allowed here. See the Allow header."],
  creation_in_progress: [409, true, "The connection is being created. Try again shortly."],
  idempotency_in_progress: [
    409,
    true,
    "A request with this Idempotency-Key is still running. Try again shortly.",
  ],
  reconnect_required: [
    409,
    false,
    'WPP Platform no longer accepts this connection. Call wpp-create with { "reconnect": true }.',
  ],
  not_connected: [409, false, "WhatsApp is not connected. Show the QR code and have it scanned."],
  payload_too_large: [413, false, "The request body is larger than 64 KiB. Send less."],
  unsupported_media_type: [415, false, "Send the request body as application/json."],
  idempotency_key_reused: [
    422,
    false,
    "This Idempotency-Key was used for another request. Use a new key for a new message.",
  ],
  rate_limited: [429, true, "WPP Platform is limiting requests. Try again after Retry-After."],
  internal: [500, false, "Something went wrong here. Report the request id."],
  misconfigured: [500, false, "The functions are not configured."],
  gateway_error: [502, false, "WPP Platform refused the request."],
  gateway_invalid_response: [502, false, "WPP Platform's answer was not understood."],
  gateway_unreachable: [502, true, "WPP Platform cannot be reached. Try again shortly."],
  auth_unavailable: [503, true, "The sign-in service cannot be reached. Try again shortly."],
  database_unavailable: [503, true, "The database cannot be reached. Try again shortly."],
  delivery_unknown: [
    504,
    false,
    "WPP Platform did not confirm the message: it may or may not have been sent. " +
    "Check WhatsApp before sending it again.",
  ],
  gateway_timeout: [504, true, "WPP Platform did not answer in time. Try again shortly."],
} as const satisfies Record<string, readonly [status: number, retryable: boolean, message: string]>;

export type ErrorCode = keyof typeof ERRORS;

export interface AppErrorOptions {
  /** What to do, for a person. Never holds a secret, a token, or text from upstream. */
  message?: string;
  retryable?: boolean;
  /** Field name → what is wrong with it. */
  fields?: Record<string, string>;
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
  /** Further response headers. */
  headers?: Record<string, string>;
  /** The platform may have done all the same what it was asked for. */
  uncertain?: boolean;
  /** The platform has judged this very request: under the same key it would get the same. */
  judged?: boolean;
  /** Kept for the log, which names its kind and never its message. */
  cause?: unknown;
}

/** The one error that becomes a response as it is; anything else becomes `internal`. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly fields?: Record<string, string>;
  readonly retryAfter?: number;
  readonly headers: Record<string, string>;
  readonly uncertain: boolean;
  readonly judged: boolean;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const [status, retryable, message] = ERRORS[code];
    super(options.message ?? message, { cause: options.cause });
    this.code = code;
    this.status = status;
    this.retryable = options.retryable ?? retryable;
    this.fields = options.fields;
    this.retryAfter = options.retryAfter;
    this.headers = options.headers ?? {};
    this.uncertain = options.uncertain ?? false;
    this.judged = options.judged ?? false;
  }
}
