/** What each call costs in a store with many rows, beside one with few. */
import { startFunction } from "../../local/function_process.ts";
import { freePort } from "../../local/functions.ts";
import { anyDenoEnvironment } from "../deploy/deno_versions.ts";
import type { StoreSize } from "../support/filled_store.ts";
import { type Batch, compared, type Growth } from "./compared.ts";
import { serveFile, type StartOptions } from "./contestants.ts";
import { call, type Target } from "./load.ts";
import { measureReading } from "./reading.ts";
import type { Size } from "./size.ts";
import { openStore, type Store } from "./stores.ts";
import { fixed, table } from "./table.ts";

/** A ratio needs processes that are equally warm, not as warm as they get. */
const MAX_WARM_UP_CALLS = 200;

export interface GrowthFigures {
  few: StoreSize;
  many: StoreSize;
  /** By what is called: functions, and queries of the database. */
  calls: Record<string, Growth>;
}

interface GrowingCall {
  name: string;
  /** Runs before each batch, with the tasks of all places. */
  prepare?: string;
  /** The n-th one. */
  targetOf(store: Store, n: number): Pick<Target, "token" | "good"> & {
    query?: string;
    body?: unknown;
  };
}

const CALLS: Record<string, GrowingCall> = {
  "wpp-status": {
    name: "wpp-status",
    targetOf: ({ owner: { token } }) => ({ token, body: {}, good: /"status":"connected"/ }),
  },
  "wpp-qr": {
    name: "wpp-qr",
    targetOf: ({ newcomer: { token } }) => ({ token, body: {}, good: /"qr":./ }),
  },
  "wpp-connections": {
    name: "wpp-connections",
    targetOf: ({ owner: { token } }) => ({ token, good: /"connections":\[{/ }),
  },
  "wpp-send": {
    name: "wpp-send",
    targetOf: ({ owner: { token }, places }, n) => {
      const to = places[n % places.length].phone;
      return { token, body: { to, text: "Hello" }, good: /"taskId":"/ };
    },
  },
  "wpp-webhook, a text": {
    name: "wpp-webhook",
    targetOf: (store, n) => {
      const from = store.places[n % store.places.length].phone;
      return heard(store, { from, raw_from: `${from.slice(1)}@c.us`, text: "Hello", type: "chat" });
    },
  },
  "wpp-webhook, a receipt": {
    name: "wpp-webhook",
    // A receipt that came before changes nothing.
    prepare: `update messenger_messages set delivery = 'delivered'
      where delivery = 'read' and (integration_id, task_id) in (
        select i.id, t.task_id from messenger_integrations i,
          jsonb_array_elements_text(($2::text)::jsonb) t (task_id)
        where i.organization_id = $1)`,
    targetOf: (store, n) => {
      const { taskId } = store.places[n % store.places.length];
      return heard(store, { type: "delivery", messageId: taskId, status: "read" });
    },
  },
};

/** What the platform posts. */
function heard({ owner: { session, webhookToken } }: Store, body: object) {
  const query = `?token=${webhookToken}`;
  return { token: "", query, body: { account: session, ...body }, good: /^{}$/ };
}

export async function measureGrowth(
  { deno }: StartOptions,
  { stores: [few, many], warmUp, rounds, batches: sizes }: Size,
  signal: AbortSignal,
): Promise<GrowthFigures> {
  const load = { rounds: rounds * 2, calls: sizes.get(1)! };
  await using started = new AsyncDisposableStack();
  const stores = [await openStore(few, started), await openStore(many, started)];
  // First, as what the functions write is more than one page of changes.
  const queries = await measureReading(stores, load, signal);
  const calls: GrowthFigures["calls"] = {};
  for (const [what, one] of Object.entries(CALLS)) {
    await using running = new AsyncDisposableStack();
    const batches: Batch[] = [];
    for (const store of stores) batches.push(await startOn(store, one, deno, running));
    for (const batch of batches) await batch(Math.min(warmUp, MAX_WARM_UP_CALLS));
    calls[what] = await compared(batches, load, signal);
  }
  return { few, many, calls: { ...calls, ...queries } };
}

/** Starts a function on a store. */
async function startOn(
  store: Store,
  { name, targetOf, prepare }: GrowingCall,
  deno: string,
  running: AsyncDisposableStack,
): Promise<Batch> {
  const port = freePort();
  const folder = new URL(`../../supabase/functions/${name}/`, import.meta.url);
  const process = startFunction(name, {
    deno,
    port,
    cwd: folder,
    env: { ...anyDenoEnvironment(), ...store.backend.env },
    args: serveFile(new URL("index.ts", folder).pathname, undefined, port),
  });
  running.defer(() => process.stop());
  await process.ready;
  let made = 0;
  return async (calls) => {
    const tasks = JSON.stringify(store.places.map(({ taskId }) => taskId));
    const parameters = [store.owner.organizationId, tasks];
    if (prepare) await store.backend.order({ sql: prepare, parameters });
    const times: number[] = [];
    while (times.length < calls) {
      const { query = "", ...target } = targetOf(store, made++);
      const url = `${process.origin}/${name}${query}`;
      const { isGood, status, text, milliseconds } = await call({ ...target, url });
      if (!isGood) throw new Error(`Cannot measure ${url}: it answered ${status} ${text}`);
      times.push(milliseconds);
    }
    return times;
  };
}

export function showGrowth({ few, many, calls }: GrowthFigures): string {
  const rows = Object.entries(calls).map(([what, { few, many, ratio }]) => [
    what,
    ...[few, many, ratio].map((figure) => fixed(figure)),
  ]);
  const title = ({ connections, chats, messages }: StoreSize) =>
    `${messages} messages, ${chats} chats, ${connections} connections`;
  return [
    `p50 in ms. Few: ${title(few)}. Many: ${title(many)}.`,
    table(["call", "few", "many", "×"], rows),
  ].join("\n");
}
