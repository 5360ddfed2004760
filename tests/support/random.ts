import { choice } from "../chaos/random.ts";

/** The same choices for the same seed, so that a run can be repeated. */
export class Random {
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return choice(end, this.#seed, this.#count++);
  }

  pick<T>(all: T[]): T {
    return all[this.below(all.length)];
  }
}
