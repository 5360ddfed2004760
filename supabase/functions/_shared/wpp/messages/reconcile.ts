import type { Connections } from "../connections/connections.ts";
import { registerWebhook } from "../connections/register_webhook.ts";
import { type RefreshNeeds, refreshStatus } from "../connections/status.ts";
import type { ReconcileInput, ReconcileOutput } from "../contract/reconcile.ts";
import { AppError } from "../errors.ts";
import type { Files } from "../store/files.ts";
import { type StoreNeeds, storeWaiting } from "./store_waiting.ts";
import type { NeglectedConnection, Upkeep } from "./upkeep.ts";
import type { WaitingMedia } from "./waiting_media.ts";

/** How many connections, and rows, a run takes on unless it is told otherwise. */
const DEFAULT_LIMIT = 100;
/** How many connections are read at once: a row has 1 to 2 KB, and an answer 1 MiB at most. */
const CONNECTION_BATCH = 100;
/** How many connections are taken care of at once. */
const CONCURRENCY = 8;
/** No more work is begun after this: well within the time of a request. */
const BUDGET_MS = 15_000;
/** How many files are taken from the database at once: others are then not kept waiting for them. */
const MEDIA_BATCH = 10;
/** Storage removes no more in one call. */
const REMOVED_BATCH = 100;

interface Needs extends RefreshNeeds {
  connections: RefreshNeeds["connections"] & Pick<Connections, "unseal">;
  waitingMedia: StoreNeeds["waitingMedia"] & Pick<WaitingMedia, "take" | "takeUnused">;
  files: Pick<Files, "upload" | "remove">;
  wpp: RefreshNeeds["wpp"] & StoreNeeds["wpp"];
  upkeep: Pick<Upkeep, "takeNeglected" | "expire" | "fillIn">;
  trace: RefreshNeeds["trace"] & { counts?: Record<string, number | boolean> };
}

/**
 * Does what nobody's call does: tells the platform of webhooks again, which it may have forgotten,
 * asks for the status of connections that have fallen silent, stores media that waits, removes files
 * that no message has, names dead sends, fills in old rows, and deletes what was kept long enough.
 * Runs may overlap: each takes other connections and other files.
 */
export async function reconcile(
  { limit = DEFAULT_LIMIT }: ReconcileInput,
  context: Needs,
): Promise<ReconcileOutput> {
  const { upkeep, trace } = context;
  const endsAt = performance.now() + BUDGET_MS;
  const { connections, registered, isOutOfTime } = await careForConnections(limit, endsAt, context);
  const { stored, hasMore } = await storeWaitingMedia(limit, endsAt, context);
  const removed = await removeUnused(limit, context);
  const expired = await upkeep.expire();
  const filled = await fillIn(limit, endsAt, upkeep);
  const more = isOutOfTime || hasMore || connections === limit || filled >= limit;
  const events = stored + removed;
  const done = { connections, registered, events, expired, filled, more };
  trace.counts = done;
  return done;
}

async function careForConnections(limit: number, endsAt: number, context: Needs) {
  let [connections, registered] = [0, 0];
  while (connections < limit) {
    if (performance.now() > endsAt) return { connections, registered, isOutOfTime: true };
    const wanted = Math.min(CONNECTION_BATCH, limit - connections);
    const batch = await context.upkeep.takeNeglected(wanted);
    const done = await careForBatch(batch, endsAt, context);
    connections += done.connections;
    registered += done.registered;
    if (done.connections < batch.length) return { connections, registered, isOutOfTime: true };
    if (batch.length < wanted) break;
  }
  return { connections, registered, isOutOfTime: false };
}

/** Cares for as many of them as there is time for. */
async function careForBatch(batch: NeglectedConnection[], endsAt: number, context: Needs) {
  const waiting = [...batch];
  let registered = 0;
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      if (await careFor(row, context)) registered++;
      if (performance.now() > endsAt) return;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { connections: batch.length - waiting.length, registered };
}

/** Returns whether the platform was told of its webhook. One that fails keeps no other from its turn. */
async function careFor(row: NeglectedConnection, context: Needs): Promise<boolean> {
  let isRegistered = false;
  try {
    const connection = await context.connections.unseal(row);
    isRegistered = await registerWebhook(connection, context, true);
    if (row.is_silent) await refreshStatus(connection, context);
  } catch {
    context.trace.warn("connection_not_reconciled");
  }
  return isRegistered;
}

/** Ends with the first file that Storage is unavailable for: it would be for the others as well. */
async function storeWaitingMedia(limit: number, endsAt: number, context: Needs) {
  let stored = 0;
  for (let tried = 0; tried < limit;) {
    const batch = await context.waitingMedia.take(Math.min(MEDIA_BATCH, limit - tried));
    if (batch.length === 0) return { stored, hasMore: false };
    for (const file of batch) {
      if (performance.now() > endsAt) return { stored, hasMore: true };
      tried++;
      try {
        if (await storeWaiting(file, context)) stored++;
      } catch (error) {
        context.trace.warn("media_not_stored");
        const isDown = error instanceof AppError && error.code === "storage_unavailable";
        if (isDown) return { stored, hasMore: false };
      }
    }
  }
  return { stored, hasMore: true };
}

/** Returns how many files were removed that no message has. Those that were not are told again. */
async function removeUnused(limit: number, { waitingMedia, files, trace }: Needs): Promise<number> {
  const paths = await waitingMedia.takeUnused(limit);
  let removed = 0;
  try {
    for (; removed < paths.length; removed += REMOVED_BATCH) {
      await files.remove(paths.slice(removed, removed + REMOVED_BATCH));
    }
  } catch {
    trace.warn("media_not_removed");
  }
  return Math.min(removed, paths.length);
}

async function fillIn(limit: number, endsAt: number, upkeep: Needs["upkeep"]): Promise<number> {
  let filled = 0;
  while (filled < limit && performance.now() < endsAt) {
    const count = await upkeep.fillIn(limit - filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
