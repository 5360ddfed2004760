import { sleep } from "../lib/deadline.ts";
import { AppError } from "../errors.ts";

const BACKOFF_BASE = 200;
const BACKOFF_CAP = 5_000;

/**
 * Repeats work that must not be lost while the database is away, for `total` milliseconds at most.
 *
 * @throws what the work threw last, or at once anything but `database_unavailable`.
 */
export async function whileDatabaseIsAway<T>(total: number, work: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + total;
  for (let attempt = 0;; attempt++) {
    try {
      return await work();
    } catch (error) {
      const wait = Math.random() * Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** attempt);
      const mayPass = error instanceof AppError && error.code === "database_unavailable";
      if (!mayPass || performance.now() + wait >= endsAt) throw error;
      await sleep(wait);
    }
  }
}
