import { type Database, openDatabase } from "../../local/database.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { serve, type Upgrade } from "../../local/http.ts";
import { type Realtime, startRealtime } from "../../local/realtime/realtime.ts";
import {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
} from "../../local/simulator/simulator.ts";
import { functionEnvironment } from "../../local/stack.ts";
import { createSupabase } from "../../local/supabase.ts";
import { freshDatabase } from "../support/fresh_database.ts";
import { OBSERVER } from "./observer.ts";

/** Stands before a service: answers in its place, or lets it do its work, or both. */
export type Intercept = (request: Request, work: Work) => Promise<Response>;
/** What the service does with the request, or with another one in its place. */
export type Work = (request?: Request) => Promise<Response>;

/** What the functions call: a project on a real Postgres, and the platform. */
export interface Backend extends AsyncDisposable {
  /** Its connections survive {@link Restarts}. */
  readonly database: Database;
  /** Of the database that it has for itself. */
  readonly databaseUrl: string;
  readonly simulator: Simulator;
  readonly realtime: Realtime;
  readonly supabaseUrl: string;
  readonly platformUrl: string;
  /** The functions' own variables. */
  readonly env: Record<string, string>;
  /** Stands before the database; may be replaced at any time. */
  onDatabase: Intercept;
  /** Stands before the platform. */
  onPlatform: Intercept;
}

const passOn: Intercept = (_, work) => work();

/**
 * Starts one on a database of its own, which goes away with it. Connections are kept alive, as
 * those of the real services are.
 */
export async function startBackend(
  databaseUrl: string,
  options: SimulatorOptions = {},
): Promise<Backend> {
  await using started = new AsyncDisposableStack();
  const fresh = started.use(await freshDatabase(databaseUrl));
  const database = started.adopt(
    await openDatabase({ databaseUrl: observedUrl(fresh.url), realtime: true }),
    (one) => one.close(),
  );
  const simulator = started.adopt(createSimulator(options), (one) => one.close());
  const supabase = await createSupabase(database, DEVELOPMENT_KEYS);
  const realtime = started.adopt(
    await startRealtime({ ...DEVELOPMENT_KEYS, database }),
    (one) => one.stop(),
  );
  const serveBehind = async (
    fetch: (request: Request) => Promise<Response>,
    intercept: () => Intercept,
    upgrade?: Upgrade,
  ) => {
    const handler = (request: Request) => intercept()(request, (other = request) => fetch(other));
    const served = await serve(handler, { keepAlive: true, upgrade });
    return started.adopt(served, (one) => one.stop()).url;
  };
  const hooks = { onDatabase: passOn, onPlatform: passOn };
  const supabaseUrl = await serveBehind(supabase.fetch, () => backend.onDatabase, realtime.upgrade);
  const platformUrl = await serveBehind(simulator.fetch, () => backend.onPlatform);
  const running = started.move();
  const backend: Backend = {
    ...{ database, databaseUrl: fresh.url, simulator, realtime },
    ...{ supabaseUrl, platformUrl, ...hooks },
    env: functionEnvironment(supabaseUrl, platformUrl),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
  return backend;
}

/** Supabase Lite keeps connections that a restart broke; so its own are left out of them. */
function observedUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set("application_name", OBSERVER);
  return url.href;
}
