import type { Call } from "./calls.ts";

/**
 * A way to misbehave. Durations are in milliseconds. The work that the request asks for is not
 * done, except where `execute` or the comment on the kind says so.
 */
export type Fault =
  /** Answers this: a string as it is, any other body as JSON. `execute`: does the work first. */
  | {
    kind: "respond";
    status: number;
    body?: unknown;
    headers?: Record<string, string>;
    execute?: boolean;
  }
  /** Waits, then does the work and answers normally, or misbehaves as `then` says. */
  | { kind: "delay"; ms: number; then?: Fault }
  /** Never answers; ends when the request is aborted. */
  | { kind: "hang" }
  /** Breaks the connection before the headers, or after them in the middle of the body. */
  | { kind: "reset"; when: "before" | "after"; execute?: boolean }
  /** Does the work; sends the headers and half of the body at once, and the rest later. */
  | { kind: "slow-body"; ms: number }
  /** Sends a body that goes on for as long as somebody reads it. */
  | { kind: "endless-body" }
  /** Answers a proxy's error page. */
  | { kind: "html"; status: number }
  /** Answers without a body. */
  | { kind: "empty"; status: number }
  /** Does the work; answers half of the body, under the headers of the whole. */
  | { kind: "truncated" }
  /** Answers 200 with this JSON. */
  | { kind: "wrong-shape"; body: unknown }
  /** Answers 200 with `success: false`. */
  | { kind: "unsuccessful" }
  /** Answers 200 with `status: "error"`. */
  | { kind: "status-error" };

/** Which calls a fault strikes. */
export interface Repetition {
  /** How many calls it strikes; 1 unless given, `Infinity` for all that come. */
  times?: number;
  /** How many calls are answered normally before; 0 unless given. */
  after?: number;
}

/** The faults that are still to strike: a queue for each call. */
export class FaultQueue {
  readonly #queues = new Map<Call, { fault: Fault; times: number; after: number }[]>();

  add(call: Call, fault: Fault, { times = 1, after = 0 }: Repetition = {}): void {
    this.#queues.set(call, [...this.#queues.get(call) ?? [], { fault, times, after }]);
  }

  /** The fault that strikes this call, if any. It counts as having struck. */
  next(call: Call): Fault | undefined {
    const queue = this.#queues.get(call) ?? [];
    const head = queue.at(0);
    if (!head) return undefined;
    if (head.after > 0) {
      head.after--;
      return undefined;
    }
    if (--head.times <= 0) queue.shift();
    return head.fault;
  }
}
