import type { SendInput } from "../supabase/functions/_shared/wpp/contract.ts";
import type { WppError, WppErrorCode } from "./wpp_error.ts";

/** Milliseconds for which the same message counts as a retry, and how many are remembered. */
const REMEMBERED_FOR = 60 * 60 * 1000;
const REMEMBERED = 100;

/**
 * Idempotency keys of the sends whose outcome is open: a message sent again after a timeout goes
 * out under the same key, so that it arrives once. A settled send forgets its key.
 */
export class SendKeys {
  #open = new Map<string, { key: string; until: number }>();

  /** The key to send this message under. */
  keyOf(message: SendInput): string {
    const id = idOf(message);
    const known = this.#open.get(id);
    if (known && known.until > Date.now()) return known.key;
    const key = crypto.randomUUID();
    this.#open.delete(id); // so that it becomes the newest
    this.#open.set(id, { key, until: Date.now() + REMEMBERED_FOR });
    if (this.#open.size > REMEMBERED) this.#open.delete(this.#open.keys().next().value!);
    return key;
  }

  /** Forgets the key of a message that was sent, or certainly was not. */
  settle(message: SendInput, key: string): void {
    const id = idOf(message);
    if (this.#open.get(id)?.key === key) this.#open.delete(id);
  }
}

/** Failures after which the message may have been sent all the same. */
const OPEN_CODES: readonly WppErrorCode[] = ["delivery_unknown", "internal", "unexpected_response"];

/** Whether the message may have been sent, or still may be under the same key. */
export function isOpen(error: WppError): boolean {
  return error.retryable || OPEN_CODES.includes(error.code);
}

function idOf({ session, to, text }: SendInput): string {
  return JSON.stringify([session ?? null, to, text]);
}
