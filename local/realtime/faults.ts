/** What a real Realtime does worse than an idle local one. May be changed while it runs. */
export interface RealtimeFaults {
  /** How long after the first join the replication slot streams; rows before that are lost. */
  slotAfterMs: number;
  /** Loses every n-th message; 0 is none. */
  dropEvery: number;
  /** Sends every n-th message twice; 0 is none. */
  doubleEvery: number;
  /** Swaps each two messages that follow one another. */
  reorder: boolean;
  /** Messages over this rate are lost without a word. */
  rateLimitPerS: number;
  /** How long a join that is refused waits for its answer, and with it the socket: 5000 hosted. */
  deniedJoinMs: number;
  /** Answers 503 to new sockets. */
  refuse: boolean;
}

/** A Realtime that does none of it. */
export const NO_FAULTS: Readonly<RealtimeFaults> = {
  slotAfterMs: 0,
  dropEvery: 0,
  doubleEvery: 0,
  reorder: false,
  rateLimitPerS: Infinity,
  deniedJoinMs: 0,
  refuse: false,
};
