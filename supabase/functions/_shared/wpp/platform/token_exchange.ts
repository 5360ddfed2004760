import { AppError } from "../errors.ts";
import { isTimeout, sleep, withDeadline } from "../lib/deadline.ts";
import { parseAnswer, tokenAnswer } from "./answers.ts";
import { answerError, callError, isSuccess, withoutEffect } from "./errors.ts";
import { type NewToken, newToken } from "./token.ts";
import type { PlatformAnswer, WppTransport } from "./transport.ts";

const EXCHANGE_TIMEOUT_MS = 5_000;
const EXCHANGE_ATTEMPTS = 3;
/** The pauses between attempts with a key that is not known yet. */
const NEW_KEY_WAITS_MS = [250, 500, 1_000, 2_000];

/** How the platform answers a key that it refuses, and for a moment one that it has just made. */
const REFUSALS = [401, 403];
const NOT_KNOWN_YET = [...REFUSALS, 404];

/**
 * Exchanges an apiKey for an access token. Bound to no caller's signal, since callers share the
 * result.
 *
 * @param mayBeUnknown The key was handed out a moment ago and has never been exchanged, so that the
 * platform may not know it yet (docs/platform.md).
 * @throws AppError `reconnect_required` when the platform refuses the key; else why the exchange
 * failed. Its `effect` is `none`: what the token was wanted for has not begun.
 */
export async function exchangeApiKey(
  transport: WppTransport,
  apiKey: string,
  mayBeUnknown: boolean,
): Promise<NewToken> {
  try {
    const answer = await ask(transport, apiKey, mayBeUnknown);
    if (REFUSALS.includes(answer.status)) throw new AppError("reconnect_required");
    if (!isSuccess(answer)) throw answerError(answer);
    const { token, expiresIn } = parseAnswer(answer, tokenAnswer);
    return newToken(token, Date.now(), expiresIn);
  } catch (error) {
    throw withoutEffect(error);
  }
}

async function ask(
  transport: WppTransport,
  apiKey: string,
  mayBeUnknown: boolean,
): Promise<PlatformAnswer> {
  const askOnce = (signal?: AbortSignal) =>
    transport.call({
      method: "POST",
      path: "/auth/token",
      body: { apiKey },
      timeoutMs: EXCHANGE_TIMEOUT_MS,
      maxAttempts: EXCHANGE_ATTEMPTS,
    }, signal);
  try {
    if (!mayBeUnknown) return await askOnce();
    return await withDeadline(
      EXCHANGE_TIMEOUT_MS,
      undefined,
      (signal) => askUntilKnown(askOnce, signal),
    );
  } catch (error) {
    throw isTimeout(error) ? new AppError("gateway_timeout", { cause: error }) : callError(error);
  }
}

/** Asks again while the platform does not know a key that it has just handed out. */
async function askUntilKnown(
  askOnce: (signal: AbortSignal) => Promise<PlatformAnswer>,
  signal: AbortSignal,
): Promise<PlatformAnswer> {
  for (let attempt = 0;; attempt++) {
    const answer = await askOnce(signal);
    if (!NOT_KNOWN_YET.includes(answer.status)) return answer;
    if (attempt === NEW_KEY_WAITS_MS.length) {
      throw new AppError("gateway_error", {
        message: "WPP Platform has not activated the new connection yet. Try again shortly.",
        retryable: true,
        retryAfter: 2,
      });
    }
    await sleep(NEW_KEY_WAITS_MS[attempt], signal);
  }
}
