import type { WppErrorCode } from "./error_code.ts";

/**
 * Said once the idempotency key was looked up: neither this request nor an earlier one under the
 * same key has sent the message.
 */
const REFUSED: readonly WppErrorCode[] = [
  "not_connected",
  "message_not_addressable",
  "reconnect_required",
  "rate_limited",
  "gateway_error",
  "gateway_unreachable",
  "media_not_found",
  "storage_unavailable",
];

/** Said before that: this request sent nothing, and of earlier ones nothing is known. */
const UNSENT: readonly WppErrorCode[] = [
  "invalid_request",
  "invalid_json",
  "unauthorized",
  "no_organization",
  "integration_not_found",
  "chat_not_found",
  "method_not_allowed",
  "payload_too_large",
  "unsupported_media_type",
  "idempotency_key_reused",
  "misconfigured",
  "auth_unavailable",
  "database_unavailable",
  "not_deployed",
];

/**
 * Whether the message may have gone out although the send failed so. It may unless the code
 * proves otherwise: so may a code that is not known here.
 *
 * @param isRepeated An earlier request under the same key has an outcome that is not known.
 */
export function mayHaveSent(code: WppErrorCode, isRepeated: boolean): boolean {
  return !REFUSED.includes(code) && (isRepeated || !UNSENT.includes(code));
}
