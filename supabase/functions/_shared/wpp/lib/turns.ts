/** Lets one through at a time, in the order in which they ask. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** A place in the line, taken by its `wait` and given up when it is disposed of. */
  turn(): Turn {
    return new Turn((mine) => {
      const before = this.#last;
      this.#last = before.then(() => mine);
      return before;
    });
  }
}

/** One's turn; whoever does not wait for it holds nobody up. */
export class Turn implements Disposable {
  readonly #enter: (mine: Promise<void>) => Promise<void>;
  readonly #over = Promise.withResolvers<void>();

  constructor(enter: (mine: Promise<void>) => Promise<void>) {
    this.#enter = enter;
  }

  /** Resolves when it is one's turn. To be called once. */
  wait(): Promise<void> {
    return this.#enter(this.#over.promise);
  }

  [Symbol.dispose](): void {
    this.#over.resolve();
  }
}
