/**
 * What the functions call, in a process of its own: a project's services (Supabase Lite with its
 * Storage, and the stand-in for Realtime) on the Postgres of DATABASE_URL or else on PGlite, and the
 * platform. It prints its addresses when it is ready, and takes orders by HTTP.
 */
import { openDatabase } from "../../local/database.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { serve } from "../../local/http.ts";
import { startRealtime } from "../../local/realtime/realtime.ts";
import { createSimulator } from "../../local/simulator/simulator.ts";
import { route } from "../../local/simulator/calls.ts";
import { createSupabase } from "../../local/supabase.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Addresses, Order, Outcome } from "./backend.ts";
import { RecentFiles } from "./recent_files.ts";

/** What the usual functions look a user's organization up in. */
const PROFILES =
  "create table public.profiles (id uuid primary key, organization_id text not null)";

/** What Storage keeps: the files that are being measured, and not all that ever were. */
const MAX_FILE_BYTES = 200_000_000;

type Handler = (request: Request) => Promise<Response>;

const databaseUrl = Deno.env.get("DATABASE_URL");
const database = await openDatabase({ databaseUrl, realtime: true, storage: true });
await database.exec(PROFILES);
const supabase = await createSupabase(database, DEVELOPMENT_KEYS, new RecentFiles(MAX_FILE_BYTES));
const realtime = await startRealtime({ ...DEVELOPMENT_KEYS, database });
const sockets = await serve(() => new Response(null, { status: 404 }), {
  upgrade: realtime.upgrade,
});
const simulator = createSimulator({ startingFor: 0, recordsRequests: false });
const counts: Record<string, number> = {};
let delay = 0;

/** Counts each request under its name, and lets it come as late as it is told to be. */
function hop(handler: Handler, nameOf: (method: string, path: string) => string): Handler {
  return async (request) => {
    const name = nameOf(request.method, new URL(request.url).pathname);
    counts[name] = (counts[name] ?? 0) + 1;
    if (delay > 0) await sleep(delay);
    return await handler(request);
  };
}

async function obey(request: Request): Promise<Response> {
  const order: Order = await request.json();
  delay = order.delay ?? delay;
  simulator.settings.tokenLifetime = order.tokenLifetime ?? simulator.settings.tokenLifetime;
  for (const session of order.scan ?? []) simulator.scan(session);
  const rows = order.sql === undefined ? [] : await database.query(order.sql, order.parameters);
  const { joins, broadcasts } = realtime.counts;
  return Response.json({ counts: { ...counts, joins, broadcasts }, rows } satisfies Outcome);
}

function listen(handler: Handler): string {
  const { addr } = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return `http://127.0.0.1:${addr.port}`;
}

const addresses: Addresses = {
  supabaseUrl: listen(hop(
    supabase.fetch,
    (_, path) => path.split("/")[1],
  )),
  platformUrl: listen(hop(simulator.fetch, (method, path) => route(method, path).call)),
  realtimeUrl: sockets.url,
  ordersUrl: listen(obey),
};
console.log(JSON.stringify(addresses));
