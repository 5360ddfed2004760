import type { Settings } from "./options.ts";

/** What goes wrong with one event. */
export interface Mishap {
  drops: boolean;
  doubles: boolean;
  /** Whether it overtakes the event before it. */
  overtakes: boolean;
}

/** Decides which events are lost, doubled and reordered, the same ones with the same seed. */
export class Mishaps {
  readonly #settings: Settings;
  #state: number;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#state = settings.eventSeed;
  }

  next(): Mishap {
    const { eventDrops, eventDoubles, eventReorders } = this.#settings;
    return {
      drops: this.#random() < eventDrops,
      doubles: this.#random() < eventDoubles,
      overtakes: this.#random() < eventReorders,
    };
  }

  /** From 0 to below 1: mulberry32, as `Math.random` takes no seed. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
