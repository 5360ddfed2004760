import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { DEMO_USER, DEVELOPMENT_KEYS } from "./development_keys.ts";
import { startFunctions } from "./functions.ts";
import { listen } from "./gateway.ts";
import { panel } from "./panel.ts";
import { type Realtime, startRealtime } from "./realtime/realtime.ts";
import { reconcileCall, startReconciler } from "./reconciler.ts";
import { createSimulator, type Simulator } from "./simulator/simulator.ts";
import { serveSimulator } from "./simulator/serve.ts";
import { DirectoryFiles } from "./storage/files.ts";
import type { Storage } from "./storage/storage.ts";
import { createSupabase, type Keys } from "./supabase.ts";
import type { Users } from "./users.ts";

/** Options of {@link startStack}. */
export interface StackOptions extends DatabaseOptions {
  /** Where the stack listens; 0 takes a free port. */
  port: number;
  /** A WPP Platform to use; without it a simulator starts. */
  wppBaseUrl?: string;
  /** Seconds until a simulated session scans its own QR; 0, the default, is never. */
  scanAfter?: number;
  /** Who the demo user is to belong to; left out, they stay where they are. */
  demoOrganization?: string;
  /**
   * Variables for the functions beside those of every project, or in their place. The simulator shares
   * the `WPP_SECRET` that is among them.
   */
  functionEnv?: Record<string, string>;
  /** Seconds between two calls of wpp-reconcile, as a project's cron makes them; left out: none. */
  reconcileEveryS?: number;
  /** Drops the functions' log lines. */
  quiet?: boolean;
  /** Stops starting it. */
  signal?: AbortSignal;
}

/** A Supabase project with the functions, running on this machine. */
export interface Stack extends Keys {
  /** Where `/auth/v1`, `/rest/v1`, … are; without a trailing slash. */
  readonly url: string;
  readonly wppBaseUrl: string;
  /** A user who can sign in. */
  readonly demo: DemoUser;
  /** The platform that the functions call; undefined where `wppBaseUrl` was given. */
  readonly simulator?: Simulator;
  readonly database: Database;
  /** Undefined where the database has a schema `realtime` that is not the stand-in's. */
  readonly realtime?: Realtime;
  /** Undefined where the database has the tables of a real Storage. */
  readonly storage?: Storage;
  /** Stops everything that was started. */
  stop(): Promise<void>;
}

/** The user that every stack has, and their organization, unless they are one by themselves. */
interface DemoUser {
  readonly email: string;
  readonly password: string;
  readonly organization?: string;
}

/**
 * Starts the stack; when it resolves, everything answers. Throws an error with `code`
 * "EADDRINUSE" at once when the port is taken. What was started before a failure is stopped.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  const gateway = started.adopt(await listen(options.port), (one) => one.stop());
  const { wppBaseUrl, simulator } = await startPlatform(options, started);
  const database = started.adopt(
    await openDatabase({ realtime: true, storage: true, ...options }),
    (one) => one.close(),
  );
  const { dataDir } = options;
  const files = dataDir === undefined ? undefined : new DirectoryFiles(`${dataDir}/storage`);
  const supabase = await createSupabase(database, DEVELOPMENT_KEYS, files);
  const realtime = await realtimeOf(database, started);
  const demo = await demoUser(supabase.users, options.demoOrganization);
  options.signal?.throwIfAborted();
  const functions = await startFunctions({
    env: { ...functionEnvironment(gateway.url, wppBaseUrl), ...options.functionEnv },
    reach: [gateway.url, wppBaseUrl],
    log: options.quiet ? () => {} : console.error,
    signal: options.signal,
  });
  started.defer(() => functions.stop());
  const pages = panel({ ...DEVELOPMENT_KEYS, demo: DEMO_USER, simulator });
  gateway.open({
    supabase: supabase.fetch,
    functions: functions.origins,
    realtime: realtime?.upgrade,
    pages,
  });
  if (options.reconcileEveryS !== undefined) {
    const call = reconcileCall(gateway.url, DEVELOPMENT_KEYS.secretKey);
    started.adopt(startReconciler(options.reconcileEveryS, call), (one) => one.stop());
  }
  const running = started.move();
  return {
    ...DEVELOPMENT_KEYS,
    url: gateway.url,
    wppBaseUrl,
    demo,
    simulator,
    database,
    realtime,
    storage: supabase.storage,
    stop: () => running.disposeAsync(),
  };
}

/** Starts a Realtime, unless the database belongs to another one. */
async function realtimeOf(database: Database, started: AsyncDisposableStack) {
  if (!database.hasRealtime) return undefined;
  const realtime = await startRealtime({ ...DEVELOPMENT_KEYS, database });
  return started.adopt(realtime, (one) => one.stop());
}

/** Creates the demo user where there is none yet, and moves them to the organization, if one is given. */
async function demoUser(users: Users, organization?: string): Promise<DemoUser> {
  const { id } = await users.find(DEMO_USER.email) ?? await users.create(DEMO_USER);
  const metadata = organization === undefined ? {} : { organization_id: organization };
  const { organization_id: stored } = (await users.update(id, metadata)).app_metadata;
  return stored === undefined ? DEMO_USER : { ...DEMO_USER, organization: String(stored) };
}

/** Starts a simulator, unless the options name a platform. */
async function startPlatform(options: StackOptions, started: AsyncDisposableStack) {
  if (options.wppBaseUrl) return { wppBaseUrl: options.wppBaseUrl };
  const { scanAfter, functionEnv } = options;
  const simulator = createSimulator({ scanAfter, secret: functionEnv?.WPP_SECRET });
  const served = started.adopt(await serveSimulator(simulator), (one) => one.stop());
  return { wppBaseUrl: served.url, simulator };
}

/**
 * The functions' environment, with the variables that a hosted project sets today, and the
 * `JWT_SECRET` of projects that still sign their tokens with one.
 */
export function functionEnvironment(url: string, wppBaseUrl: string): Record<string, string> {
  const { publishableKey, secretKey, jwtSecret } = DEVELOPMENT_KEYS;
  return {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
    JWT_SECRET: jwtSecret,
    WPP_BASE_URL: wppBaseUrl,
  };
}
