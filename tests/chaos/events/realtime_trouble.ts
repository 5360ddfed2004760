import { NO_FAULTS, type RealtimeFaults } from "../../../local/realtime/faults.ts";
import type { Realtime } from "../../../local/realtime/realtime.ts";

/** What befalls Realtime for a while. */
export const TROUBLES = [
  "loses hints",
  "doubles hints",
  "swaps hints",
  "is cut",
  "stays away",
  "has no partition",
] as const;
export type Trouble = typeof TROUBLES[number];

const FAULTS: Partial<Record<Trouble, Partial<RealtimeFaults>>> = {
  "loses hints": { dropEvery: 2 },
  "doubles hints": { doubleEvery: 2 },
  "swaps hints": { reorder: true },
  "stays away": { refuse: true },
};

export async function beginTrouble(trouble: Trouble, realtime: Realtime): Promise<void> {
  Object.assign(realtime.faults, NO_FAULTS, FAULTS[trouble]);
  if (trouble === "is cut" || trouble === "stays away") realtime.cut();
  if (trouble === "has no partition") {
    await realtime.dropPartition().catch(() => {}); // the database may be restarting
  }
}

export async function endTrouble(realtime: Realtime): Promise<void> {
  Object.assign(realtime.faults, NO_FAULTS);
  await realtime.makePartitions().catch(() => {}); // as above: the next trouble's end makes it
}
