interface ErrorDefinition {
  /** Of the HTTP response. */
  status: number;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** What to do, for a person. */
  message: string;
}

/**
 * Every failure that a caller can see, by its stable code. `AppError` overrides what a case needs.
 */
export const ERRORS = {
  invalid_request: {
    status: 400,
    retryable: false,
    message: "The request is not valid. Correct the named fields.",
  },
  invalid_json: {
    status: 400,
    retryable: false,
    message: "The request body is not valid JSON. Send a JSON object.",
  },
  unauthorized: {
    status: 401,
    retryable: false,
    message: "Sign in and send the user's access token as a Bearer token.",
  },
  no_organization: {
    status: 403,
    retryable: false,
    message: "This user belongs to no organization. Have them added to one, then sign in again.",
  },
  integration_not_found: {
    status: 404,
    retryable: false,
    message: "No WhatsApp connection was found. Call wpp-create first.",
  },
  chat_not_found: {
    status: 404,
    retryable: false,
    message: "No chat of this id was found.",
  },
  message_not_found: {
    status: 404,
    retryable: false,
    message: "No message of this id was found. Give the messageId of wpp-send.",
  },
  media_not_found: {
    status: 404,
    retryable: false,
    message: "No file of this path was found in the organization's folder. Upload it first.",
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    message: "This method is not allowed here. See the Allow header.",
  },
  creation_in_progress: {
    status: 409,
    retryable: true,
    message: "The connection is being created. Try again shortly.",
  },
  idempotency_in_progress: {
    status: 409,
    retryable: true,
    message: "A request with this Idempotency-Key is still running. Try again shortly.",
  },
  reconnect_required: {
    status: 409,
    retryable: false,
    message:
      'WPP Platform no longer accepts this connection. Call wpp-create with { "reconnect": true }.',
  },
  not_connected: {
    status: 409,
    retryable: false,
    message: "WhatsApp is not connected. Show the QR code and have it scanned.",
  },
  not_supported: {
    status: 409,
    retryable: false,
    message: "This needs WPP_SECRET, a secret shared with WPP Platform. Set it for the functions.",
  },
  message_not_addressable: {
    status: 409,
    retryable: false,
    message: "WPP Platform cannot be told which message or chat is meant: it has no id or phone " +
      "number that WhatsApp knows.",
  },
  payload_too_large: {
    status: 413,
    retryable: false,
    message: "The request body is larger than 64 KiB. Send less.",
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    message: "Send the request body as application/json.",
  },
  idempotency_key_reused: {
    status: 422,
    retryable: false,
    message: "This Idempotency-Key was used for another request. Use a new key for a new message.",
  },
  rate_limited: {
    status: 429,
    retryable: true,
    message: "WPP Platform is limiting requests. Try again after Retry-After.",
  },
  internal: {
    status: 500,
    retryable: false,
    message: "Something went wrong here. Report the request id.",
  },
  misconfigured: { status: 500, retryable: false, message: "The functions are not configured." },
  gateway_error: { status: 502, retryable: false, message: "WPP Platform refused the request." },
  gateway_invalid_response: {
    status: 502,
    retryable: false,
    message: "WPP Platform's answer was not understood.",
  },
  gateway_unreachable: {
    status: 502,
    retryable: true,
    message: "WPP Platform cannot be reached. Try again shortly.",
  },
  auth_unavailable: {
    status: 503,
    retryable: true,
    message: "The sign-in service cannot be reached. Try again shortly.",
  },
  database_unavailable: {
    status: 503,
    retryable: true,
    message: "The database cannot be reached. Try again shortly.",
  },
  storage_unavailable: {
    status: 503,
    retryable: true,
    message: "The file storage cannot be reached. Try again shortly.",
  },
  delivery_unknown: {
    status: 504,
    retryable: false,
    message: "WPP Platform did not confirm the message: it may or may not have been sent. " +
      "Check WhatsApp before sending it again.",
  },
  gateway_timeout: {
    status: 504,
    retryable: true,
    message: "WPP Platform did not answer in time. Try again shortly.",
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * What a failed call may have done at WPP Platform. `none`: it never got there. `refused`: the
 * platform answered no. `unknown`: it may have acted, so nothing repeats the call by itself.
 */
export type Effect = "none" | "refused" | "unknown";

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
  effect?: Effect;
  /** For the log, which names its kind and never its message. */
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
  readonly effect: Effect;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const { status, retryable, message } = ERRORS[code];
    super(options.message ?? message, { cause: options.cause });
    this.code = code;
    this.status = status;
    this.retryable = options.retryable ?? retryable;
    this.fields = options.fields;
    this.retryAfter = options.retryAfter;
    this.headers = options.headers ?? {};
    this.effect = options.effect ?? "none";
  }
}
