import type { SendInput } from "./contract.ts";
import type { WppError, WppErrorCode } from "./wpp_error.ts";

/** How long the same message, sent again, counts as a retry and not as a new message. */
const KEY_LIFETIME_MS = 60 * 60 * 1000;
/** How many keys are kept; beyond that the oldest goes. */
const MAX_KEYS = 100;

/**
 * Idempotency keys of sends that failed in such a way that the message may have gone out. The same
 * message, sent again, gets the same key, so that it arrives once. When a send succeeds, or
 * certainly sent nothing, its key is forgotten.
 */
export class SendKeys {
  #unsettled = new Map<string, { key: string; expiresAt: number }>();

  /** The key to send this message under. */
  keyOf(message: SendInput): string {
    const id = idOf(message);
    const kept = this.#unsettled.get(id);
    if (kept && kept.expiresAt > Date.now()) return kept.key;
    const key = crypto.randomUUID();
    this.#unsettled.delete(id); // a Map keeps the place of a key that is set again
    this.#unsettled.set(id, { key, expiresAt: Date.now() + KEY_LIFETIME_MS });
    if (this.#unsettled.size > MAX_KEYS) {
      this.#unsettled.delete(this.#unsettled.keys().next().value!);
    }
    return key;
  }

  /** Forgets the key of a message that was sent, or certainly was not. */
  settle(message: SendInput, key: string): void {
    const id = idOf(message);
    if (this.#unsettled.get(id)?.key === key) this.#unsettled.delete(id);
  }
}

/** Errors that are not retryable, and yet the message may have been sent. */
const UNSETTLED_CODES: readonly WppErrorCode[] = [
  "delivery_unknown",
  "internal",
  "unexpected_response",
];

/** Whether the message may have been sent, or may still be sent by a retry under the same key. */
export function isUnsettled(error: WppError): boolean {
  return error.retryable || UNSETTLED_CODES.includes(error.code);
}

function idOf({ session, to, text }: SendInput): string {
  return JSON.stringify([session ?? null, to, text]);
}
