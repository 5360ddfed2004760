import type { StoreSize } from "../support/filled_store.ts";
import { MEASURED_NAMES, type MeasuredName } from "./contestants.ts";

/** How much is measured: all of it, or a look at everything in a few minutes. */
export interface Size {
  /** Whose warm calls are measured. */
  functions: readonly MeasuredName[];
  /** Turns in which every contestant gets a batch of calls. */
  rounds: number;
  /** Calls of a batch, by how many of them run at once. */
  batches: ReadonlyMap<number, number>;
  /** Calls before the first that counts, in each process. */
  warmUp: number;
  /** Calls after which memory is looked at for the last time. */
  memoryCalls: number;
  /** Calls that are spread over some processes and some lifetimes of a token. */
  tokenCalls: number;
  /** Texts that come in for each measurement of the lock. */
  lockCalls: number;
  /** Starts of each function. */
  boots: number;
  /** What is in the two stores that are compared. */
  stores: readonly [few: StoreSize, many: StoreSize];
  /** Texts whose way to a page is timed: told by push, and found by polling. */
  pushedTexts: number;
  polledTexts: number;
  /** Texts that come in for each number of listeners. */
  heardTexts: number;
  /** How many listen to one organization's channel while texts come in. */
  listeners: readonly number[];
  /** Users who watch a QR code or their chats, and for how many seconds. */
  watchers: number;
  watchFor: number;
}

/** As many chats as two pages of one organization take. */
const FEW: StoreSize = { connections: 10, chats: 220, messages: 1_000 };
const SOME: StoreSize = { connections: 100, chats: 1_000, messages: 10_000 };

export const FULL: Size = {
  functions: MEASURED_NAMES,
  rounds: 5,
  batches: new Map([[1, 40], [8, 160], [64, 256]]),
  warmUp: 1_000,
  memoryCalls: 50_000,
  tokenCalls: 1_000,
  lockCalls: 4_000,
  boots: 21,
  stores: [FEW, { connections: 10_000, chats: 100_000, messages: 1_000_000 }],
  pushedTexts: 200,
  polledTexts: 60,
  heardTexts: 1_000,
  listeners: [0, 1, 200],
  watchers: 1_000,
  watchFor: 45,
};

/** On PGlite, which answers half as fast, and no thousand users at once. */
export const EMBEDDED: Size = {
  ...FULL,
  rounds: 2,
  warmUp: 400,
  stores: [FEW, SOME],
  watchers: 500,
};

export const QUICK: Size = {
  functions: ["wpp-status", "wpp-webhook"],
  rounds: 1,
  batches: new Map([[1, 5], [8, 16]]),
  warmUp: 8,
  memoryCalls: 400,
  tokenCalls: 200,
  lockCalls: 100,
  boots: 2,
  stores: [FEW, SOME],
  pushedTexts: 10,
  polledTexts: 2,
  heardTexts: 100,
  listeners: [0, 1, 20],
  watchers: 20,
  watchFor: 4,
};
