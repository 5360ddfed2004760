import {
  INVALID_REQUEST,
  NETWORK_ERROR,
  NOT_DEPLOYED,
  UNAUTHORIZED,
  UNEXPECTED,
  WppError,
  type WppErrorDetails,
} from "./wpp_error.ts";

/**
 * Turns an error of storage-js, or Storage's own answer, into a {@link WppError}. Storage answers many
 * errors with status 400, and has the one that is meant as `statusCode` in the body.
 */
export function storageError(cause: unknown): WppError {
  const { status, statusCode, message } = (cause ?? {}) as Record<string, unknown>;
  const said = Number(statusCode) || Number(status) || 0;
  return new WppError({ ...detailsOf(said, String(message ?? "")), cause });
}

/** @param status 0 where no answer came. */
function detailsOf(status: number, message: string): WppErrorDetails {
  if (status === 0) return NETWORK_ERROR;
  if (/jwt|jws|"exp"|invalid compact/i.test(message)) return { ...UNAUTHORIZED, status };
  if (status === 401 || status === 403) return { ...REFUSED, status };
  if (status === 404 && /bucket/i.test(message)) return { ...NO_BUCKET, status };
  if (status === 413) return { ...TOO_LARGE, status };
  const mayPass = status === 408 || status === 429 || status >= 500;
  return { ...(mayPass ? UNAVAILABLE : UNEXPECTED), status };
}

const UNAVAILABLE: WppErrorDetails = {
  code: "storage_unavailable",
  message: "Storage cannot be reached. Try again shortly.",
  retryable: true,
};

const NO_BUCKET: WppErrorDetails = {
  ...NOT_DEPLOYED,
  message: "The project has no bucket for media yet. Report that messenger_enable_media() is due.",
};

/** The token is good: the bucket's policies are missing, or the file is another organization's. */
const REFUSED: WppErrorDetails = {
  code: "misconfigured",
  message: "Storage refused the file. Report that messenger_enable_media() is due.",
  retryable: false,
};

/** Storage has a limit for all buckets, which may be lower than this bucket's own. */
const TOO_LARGE: WppErrorDetails = {
  ...INVALID_REQUEST,
  fields: { file: "Is larger than what can be sent" },
};
