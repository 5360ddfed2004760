import type { Connection } from "./connection.ts";
import { Follower } from "./follow.ts";
import type { ConnectionHint } from "./hints.ts";
import { keptProblem, type Problem } from "./inbox_snapshot.ts";
import type { InboxCalls } from "./inbox_calls.ts";

/** Pause between two reads where no hints come. */
const POLL_MS = 30_000;
/** And where they do, as some may be lost. */
const NET_MS = 300_000;

export interface InboxConnectionsOptions {
  wpp: Pick<InboxCalls, "connections">;
  /** Called after each change. */
  onChange(): void;
}

/** The organization's connections, kept up to date. */
export class InboxConnections {
  rows: Connection[] = [];
  problem: Problem | null = null;
  readonly #follower: Follower;
  #isLive = false;

  constructor({ wpp, onChange }: InboxConnectionsOptions) {
    this.#follower = new Follower({
      read: async (signal) => {
        const rows = await wpp.connections({ signal });
        if (!signal.aborted && JSON.stringify(rows) !== JSON.stringify(this.rows)) this.rows = rows;
      },
      pauseMs: () => this.#isLive ? NET_MS : POLL_MS,
      onEnd: (problem) => {
        this.problem = keptProblem(this.problem, problem);
        onChange();
      },
    });
  }

  /** Reads, where the hint tells what is not known. */
  onHint({ integrationId, status }: ConnectionHint): void {
    const known = this.rows.find((row) => row.integrationId === integrationId);
    if (known?.status !== status) this.#follower.wake();
  }

  /** Hints come now, or do no longer. Where they do, some may have been missed. */
  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    this.#follower.repace();
    if (isLive) this.#follower.wake();
  }

  /** Reads now. */
  now(): void {
    this.#follower.now();
  }

  stop(): void {
    this.#follower.stop();
  }
}
