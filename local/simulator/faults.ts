import type { Call } from "./calls.ts";

/** A way to misbehave. Durations are in ms. Work is done only where `execute` or the kind says so. */
export type Fault =
  /** Answers this; a string body as it is, any other as JSON. `execute`: does the work before. */
  | {
    kind: "respond";
    status: number;
    body?: unknown;
    headers?: Record<string, string>;
    execute?: boolean;
  }
  /** Waits, then does the work normally or misbehaves as `then` says. */
  | { kind: "delay"; ms: number; then?: Fault }
  /** Never answers; ends when the request is aborted. */
  | { kind: "hang" }
  /** The connection breaks before the headers, or after them in the middle of the body. */
  | { kind: "reset"; when: "before" | "after"; execute?: boolean }
  /** Does the work; the headers and half of the body come at once, the rest later. */
  | { kind: "slow-body"; ms: number }
  /** A body that goes on for as long as somebody reads it. */
  | { kind: "endless-body" }
  /** A proxy's error page. */
  | { kind: "html"; status: number }
  | { kind: "empty"; status: number }
  /** Does the work; the answer is cut in half, with headers as if it were whole. */
  | { kind: "truncated" }
  /** 200 with this JSON. */
  | { kind: "wrong-shape"; body: unknown }
  /** 200 with `success: false`. */
  | { kind: "unsuccessful" }
  /** 200 with `status: "error"`. */
  | { kind: "status-error" };

/** Every {@link Fault} kind. */
export const FAULT_KINDS: readonly Fault["kind"][] = [
  "respond",
  "delay",
  "hang",
  "reset",
  "slow-body",
  "endless-body",
  "html",
  "empty",
  "truncated",
  "wrong-shape",
  "unsuccessful",
  "status-error",
];

/** How often a fault strikes, and how many calls before it stay normal. */
export interface Repetition {
  /** 1 when left out; `Infinity` is for ever. */
  times?: number;
  /** 0 when left out. */
  after?: number;
}

/** The faults still to come, first in first out for each call. */
export class FaultQueue {
  readonly #queues = new Map<Call, { fault: Fault; times: number; after: number }[]>();

  add(call: Call, fault: Fault, { times = 1, after = 0 }: Repetition = {}): void {
    this.#queues.set(call, [...this.#queues.get(call) ?? [], { fault, times, after }]);
  }

  /** The fault that strikes this call, if any; uses up one of its times. */
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
