import { storageError } from "./storage_error.ts";
import type { BucketLike, Signal, StorageResult, SupabaseLike } from "./supabase.ts";
import { within } from "./within.ts";
import { WppError } from "./wpp_error.ts";

/** Of the project's Storage, where all media are. */
const BUCKET = "messenger-media";
/** How long to wait for an answer. */
const TIMEOUT_MS = 30_000;

/**
 * What Storage answers for the bucket of the media. Rejects with a WppError, or with the signal's
 * reason when aborted.
 */
export async function askStorage<Data>(
  supabase: SupabaseLike,
  ask: (bucket: BucketLike) => Promise<StorageResult<Data>>,
  signal?: Signal,
): Promise<Data> {
  if (!supabase.storage) throw new WppError(NO_STORAGE);
  const bucket = supabase.storage.from(BUCKET) as BucketLike;
  const { data, error } = await within(ask(bucket), TIMEOUT_MS, signal);
  if (error) throw storageError(error);
  return data as Data;
}

const NO_STORAGE = {
  code: "not_supported",
  message: "The supabase-js client that was given has no storage.",
  retryable: false,
} as const;
