/** How an answer, or the lack of one, becomes an `AppError`. Upstream text never gets into it. */
import { AppError } from "../errors.ts";
import { type PlatformAnswer, PlatformCallError } from "./transport.ts";

export function isSuccess(answer: PlatformAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** The error of an answer that is no success. A 5xx may come from a proxy after the work was done. */
export function answerError(answer: PlatformAnswer): AppError {
  const { status, retryAfter } = answer;
  if (status === 429) {
    return new AppError("rate_limited", { retryAfter: retryAfter ?? 1, effect: "refused" });
  }
  return new AppError("gateway_error", {
    message: `WPP Platform answered with status ${status}.`,
    retryable: status === 408 || status >= 500,
    retryAfter,
    effect: status >= 500 ? "unknown" : "refused",
  });
}

const CODES = {
  unsent: "gateway_timeout",
  unreachable: "gateway_unreachable",
  lost: "gateway_unreachable",
  timeout: "gateway_timeout",
  too_large: "gateway_invalid_response",
} as const;

/** The error of a call that got no answer. Only what never left is certain to have no effect. */
export function callError(error: unknown): unknown {
  if (!(error instanceof PlatformCallError)) return error;
  return new AppError(CODES[error.kind], {
    cause: error,
    effect: ["unsent", "unreachable"].includes(error.kind) ? "none" : "unknown",
  });
}

/** The same error, of a call that has no effect worth knowing: an exchange of an apiKey, say. */
export function withoutEffect(error: unknown): unknown {
  if (!(error instanceof AppError) || error.effect === "none") return error;
  const { code, message, retryable, retryAfter, cause } = error;
  return new AppError(code, { message, retryable, retryAfter, cause });
}
