import type { StoreSize } from "../support/filled_store.ts";

/** How much is measured: all of it, or a look at everything in a minute or two. */
export interface Size {
  /** Over how many organizations calls are spread. */
  organizations: number;
  /** Calls of a batch, by how many of them run at once. */
  batches: ReadonlyMap<number, number>;
  /** Turns in which every contestant gets a batch of calls: as many as fit into so many seconds. */
  callRounds: { least: number; most: number; seconds: number };
  /** The same, where no time is set. */
  rounds: number;
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
  /** Sizes of files, and how often each comes in and goes out. */
  fileBytes: readonly number[];
  fileRounds: number;
  /** Connections that the reconciler finds. */
  reconciledConnections: readonly number[];
  /** How often it is called. */
  reconcilerCalls: number;
  /** Changes that an open inbox takes over. */
  inboxChanges: number;
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
const SOME: StoreSize = { connections: 20, chats: 400, messages: 2_000 };

export const FULL: Size = {
  organizations: 64,
  batches: new Map([[1, 12], [8, 48], [64, 128]]),
  callRounds: { least: 5, most: 30, seconds: 35 },
  rounds: 5,
  warmUp: 1_000,
  memoryCalls: 30_000,
  tokenCalls: 1_000,
  lockCalls: 1_500,
  boots: 21,
  stores: [FEW, { connections: 10_000, chats: 100_000, messages: 1_000_000 }],
  fileBytes: [100_000, 1_000_000, 5_000_000, 25_000_000],
  fileRounds: 9,
  reconciledConnections: [1_000, 10_000],
  reconcilerCalls: 9,
  inboxChanges: 10_000,
  pushedTexts: 100,
  polledTexts: 60,
  heardTexts: 500,
  listeners: [0, 1, 200],
  watchers: 300,
  watchFor: 30,
};

/** On PGlite, which answers half as fast, and no thousand users at once. */
export const EMBEDDED: Size = {
  ...FULL,
  rounds: 2,
  warmUp: 300,
  memoryCalls: 15_000,
  stores: [FEW, SOME],
  watchers: 150,
};

export const QUICK: Size = {
  organizations: 4,
  batches: new Map([[1, 2], [8, 8]]),
  callRounds: { least: 1, most: 1, seconds: 0 },
  rounds: 1,
  warmUp: 8,
  memoryCalls: 200,
  tokenCalls: 100,
  lockCalls: 64,
  boots: 1,
  stores: [FEW, SOME],
  fileBytes: [100_000, 1_000_000],
  fileRounds: 1,
  reconciledConnections: [10, 100],
  reconcilerCalls: 1,
  inboxChanges: 300,
  pushedTexts: 10,
  polledTexts: 1,
  heardTexts: 40,
  listeners: [0, 1, 20],
  watchers: 20,
  watchFor: 2,
};
