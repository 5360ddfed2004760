/** A session of a number, and when it was disconnected, in milliseconds by `performance.now()`. */
export interface Session {
  name: string;
  /** When wpp-disconnect was called first; Infinity: never. */
  endingAt: number;
  /** When it had answered 200. */
  endedAt: number;
}

/** The sessions of each number, by the index of its organization: another one each time it is connected. */
export class Numbers {
  readonly #sessions: Session[][];

  constructor(names: string[]) {
    this.#sessions = names.map((name) => [connected(name)]);
  }

  /** All that it has had, in their order. */
  sessionsOf(number: number): readonly Session[] {
    return this.#sessions[number];
  }

  /** The present one; the last one while it is disconnected. */
  sessionOf(number: number): Session {
    return this.#sessions[number].at(-1)!;
  }

  /** The one before; the present one where there was none. */
  formerSessionOf(number: number): Session {
    return this.#sessions[number].at(-2) ?? this.sessionOf(number);
  }

  /** The names of those that nobody disconnects. */
  connected(): string[] {
    return this.#sessions.map((all) => all.at(-1)!)
      .filter(({ endingAt }) => endingAt === Infinity).map(({ name }) => name);
  }

  connectAgain(number: number, name: string): void {
    this.#sessions[number].push(connected(name));
  }
}

function connected(name: string): Session {
  return { name, endingAt: Infinity, endedAt: Infinity };
}
