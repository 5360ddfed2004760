/** How an answer, or the lack of one, becomes an `AppError`. Upstream text never gets into it. */
import { AppError } from "../errors.ts";
import { type PlatformAnswer, PlatformCallError } from "./transport.ts";

export function isSuccess(answer: PlatformAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** The error of an answer that is no success. A 5xx may come from a proxy after the work was done. */
export function answerError(answer: PlatformAnswer): AppError {
  const { status, retryAfter } = answer;
  if (status === 429) return new AppError("rate_limited", { retryAfter: retryAfter ?? 1 });
  return new AppError("gateway_error", {
    message: `WPP Platform answered with status ${status}.`,
    retryable: status === 408 || status >= 500,
    retryAfter,
    uncertain: status >= 500,
  });
}

/** The error of a call that got no answer. Only a connection never made is certain. */
export function callError(error: unknown): unknown {
  if (!(error instanceof PlatformCallError)) return error;
  const code = ({
    unreachable: "gateway_unreachable",
    lost: "gateway_unreachable",
    timeout: "gateway_timeout",
    too_large: "gateway_invalid_response",
  } as const)[error.kind];
  return new AppError(code, { cause: error, uncertain: error.kind !== "unreachable" });
}

/** The error of a send: whatever leaves its outcome open is `delivery_unknown`. */
export function sendError(error: unknown): unknown {
  if (!(error instanceof AppError) || !error.uncertain) return error;
  return new AppError("delivery_unknown", { cause: error, uncertain: true });
}

/** The error of a send that the platform did answer. */
export function judgedError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, message, retryable, retryAfter, cause, uncertain } = error;
  if (uncertain) return sendError(error);
  return new AppError(code, { message, retryable, retryAfter, cause, judged: true });
}
