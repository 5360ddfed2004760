import type { Connections } from "../connections/connections.ts";
import { registerWebhook } from "../connections/register_webhook.ts";
import { type RefreshNeeds, refreshStatus } from "../connections/status.ts";
import type { ReconcileInput, ReconcileOutput } from "../contract.ts";
import type { NeglectedConnection, Upkeep } from "./upkeep.ts";

/** How many connections, and rows, a run takes on unless it is told otherwise. */
const DEFAULT_LIMIT = 100;
/** How many connections are taken care of at once. */
const CONCURRENCY = 8;
/** No more work is begun after this: well within the time of a request. */
const BUDGET_MS = 15_000;

interface Needs extends RefreshNeeds {
  connections: RefreshNeeds["connections"] & Pick<Connections, "unseal">;
  upkeep: Pick<Upkeep, "takeNeglected" | "expire" | "fillIn">;
  trace: RefreshNeeds["trace"] & { counts?: Record<string, number | boolean> };
}

/**
 * Does what nobody's call does: tells the platform of webhooks again, which it may have forgotten,
 * asks for the status of connections that have fallen silent, names dead sends, fills in old rows,
 * and deletes what was kept long enough. Runs may overlap: each takes other connections.
 */
export async function reconcile(
  { limit = DEFAULT_LIMIT }: ReconcileInput,
  context: Needs,
): Promise<ReconcileOutput> {
  const { upkeep, trace } = context;
  const endsAt = performance.now() + BUDGET_MS;
  const { connections, registered, isOutOfTime } = await careForConnections(limit, endsAt, context);
  const expired = await upkeep.expire();
  const filled = await fillIn(limit, endsAt, upkeep);
  const more = isOutOfTime || connections === limit || filled >= limit;
  const done = { connections, registered, events: 0, expired, filled, more };
  trace.counts = done;
  return done;
}

async function careForConnections(limit: number, endsAt: number, context: Needs) {
  const neglected = await context.upkeep.takeNeglected(limit);
  const waiting = [...neglected];
  let registered = 0;
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      if (await careFor(row, context)) registered++;
      if (performance.now() > endsAt) return;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return {
    connections: neglected.length - waiting.length,
    registered,
    isOutOfTime: waiting.length > 0,
  };
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

async function fillIn(limit: number, endsAt: number, upkeep: Needs["upkeep"]): Promise<number> {
  let filled = 0;
  while (filled < limit && performance.now() < endsAt) {
    const count = await upkeep.fillIn(limit - filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
