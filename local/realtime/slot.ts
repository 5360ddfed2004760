/**
 * Plays the temporary replication slot, which is there only while somebody is joined: what is
 * committed while it does not stream goes to nobody, ever.
 */
export class ReplicationSlot {
  #streams = false;
  #timer?: ReturnType<typeof setTimeout>;
  #waiting: (() => void)[] = [];

  get streams(): boolean {
    return this.#streams;
  }

  /** Somebody joined: streams after this time, unless it does or will already. */
  open(afterMs: number): void {
    if (this.#streams || this.#timer !== undefined) return;
    if (afterMs === 0) this.#stream();
    else this.#timer = setTimeout(() => this.#stream(), afterMs);
  }

  /** Nobody is joined any longer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#streams = false;
    this.#waiting = [];
  }

  /** Calls `then` as soon as it streams. */
  whenStreams(then: () => void): void {
    if (this.#streams) then();
    else this.#waiting.push(then);
  }

  #stream(): void {
    this.#timer = undefined;
    this.#streams = true;
    for (const then of this.#waiting.splice(0)) then();
  }
}
