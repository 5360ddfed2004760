import { AppError } from "../errors.ts";
import { inBackground } from "../lib/background.ts";
import { isTimeout, sleep, withDeadline } from "../lib/deadline.ts";

const BACKOFF_BASE_MS = 200;
const BACKOFF_CAP_MS = 5_000;

/** How long a write is repeated, for the most part after the response has gone out. */
const RETRY_FOR_MS = 90_000;

export interface PersistOptions {
  /** How long the caller waits for the write; then it goes on in the background. */
  waitMs: number;
  /** Called when the write was given up. */
  onLost: (error: unknown) => void;
}

/**
 * Writes what must not be lost: repeats the write while the database is unavailable, also after the
 * response has gone out.
 *
 * @throws AppError `database_unavailable` when it is not written after `waitMs`, while it goes on in
 * the background; at once whatever else the write throws.
 */
export async function persist<T>(
  write: () => Promise<T>,
  { waitMs, onLost }: PersistOptions,
): Promise<T> {
  const writing = retryWhileDatabaseUnavailable(write);
  inBackground(writing.catch(onLost));
  try {
    return await withDeadline(waitMs, undefined, () => writing);
  } catch (error) {
    throw isTimeout(error) ? new AppError("database_unavailable", { cause: error }) : error;
  }
}

async function retryWhileDatabaseUnavailable<T>(write: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + RETRY_FOR_MS;
  for (let attempt = 0;; attempt++) {
    try {
      return await write();
    } catch (error) {
      const waitMs = Math.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempt);
      const isTransient = error instanceof AppError && error.code === "database_unavailable";
      if (!isTransient || performance.now() + waitMs >= endsAt) throw error;
      await sleep(waitMs);
    }
  }
}
