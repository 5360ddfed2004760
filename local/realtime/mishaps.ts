import type { RealtimeFaults } from "./faults.ts";
import type { Message } from "./message.ts";

/** Larger messages are lost without a word: the limit of the free plan. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

/** How long a message waits for the one that it is to be swapped with. */
const SWAP_WAIT_MS = 50;

/** Hands messages on, with what befalls them on the way. */
export class Mishaps {
  readonly #faults: RealtimeFaults;
  readonly #send: (message: Message) => void;
  #count = 0;
  #second = 0;
  #countInSecond = 0;
  #held?: Message;
  #swapTimer?: ReturnType<typeof setTimeout>;

  constructor(faults: RealtimeFaults, send: (message: Message) => void) {
    this.#faults = faults;
    this.#send = send;
  }

  pass(message: Message): void {
    this.#count++;
    if (new TextEncoder().encode(message.payload).length > MAX_PAYLOAD_BYTES) return;
    if (this.#isOverRate() || this.#isEvery(this.#faults.dropEvery)) return;
    const times = this.#isEvery(this.#faults.doubleEvery) ? 2 : 1;
    for (let sent = 0; sent < times; sent++) this.#order(message);
  }

  /** What waits to be swapped is lost. */
  end(): void {
    clearTimeout(this.#swapTimer);
    this.#held = undefined;
  }

  #order(message: Message): void {
    if (this.#faults.reorder && !this.#held) {
      this.#held = message;
      this.#swapTimer = setTimeout(() => this.#sendHeld(), SWAP_WAIT_MS);
      return;
    }
    this.#send(message);
    this.#sendHeld();
  }

  #sendHeld(): void {
    clearTimeout(this.#swapTimer);
    const held = this.#held;
    this.#held = undefined;
    if (held) this.#send(held);
  }

  #isEvery(n: number): boolean {
    return n > 0 && this.#count % n === 0;
  }

  #isOverRate(): boolean {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) [this.#second, this.#countInSecond] = [second, 0];
    return ++this.#countInSecond > this.#faults.rateLimitPerS;
  }
}
