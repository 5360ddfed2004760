import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import type { Database } from "../../local/database.ts";
import type { Simulator, SimulatorOptions } from "../../local/simulator/simulator.ts";
import type { Storage } from "../../local/storage/storage.ts";
import { type FunctionName, WEBHOOK_NAME } from "../../supabase/functions/_shared/wpp/contract.ts";
import { captureLogs } from "./console.ts";
import { EMPTY_REFERRED_TABLES, EMPTY_TABLES } from "./emptied.ts";
import { withEnvironment } from "./environment.ts";
import { fastForward } from "./fast_forward.ts";
import { functions, usualMethod } from "./functions.ts";
import { JWT_SECRET, type UserClaims, userToken } from "./jwt.ts";
import { type MockedNetwork, mockNetwork, WPP_BASE_URL } from "./network.ts";
import { ONLY_POSTGRES } from "./only_postgres.ts";
import { services } from "./services.ts";
import webhook from "../../supabase/functions/wpp-webhook/index.ts";

export const SUPABASE_URL = "http://project.test";
export const PUBLISHABLE_KEY = "sb_publishable_test";
export const SECRET_KEY = "sb_secret_test";

const KEYS = { publishableKey: PUBLISHABLE_KEY, secretKey: SECRET_KEY, jwtSecret: JWT_SECRET };

/** What the functions find in their environment unless a test says otherwise. */
export const ENVIRONMENT: Record<string, string> = {
  SUPABASE_URL,
  SUPABASE_SECRET_KEYS: JSON.stringify({ default: SECRET_KEY }),
  SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: PUBLISHABLE_KEY }),
  JWT_SECRET,
  WPP_BASE_URL,
};

/** A request from the functions to the project's own services. */
export interface ServiceCall {
  service: "auth" | "rest" | "storage";
  method: string;
  path: string;
}

/** A user whose organization has a connected session. */
export interface Connected {
  token: string;
  session: string;
  /** supabase-js as the user has it. */
  supabase: SupabaseClient;
}

/** A whole project in this process: database, auth, the functions, and the platform. */
export class World {
  /** What the functions asked of the database, the auth server and Storage. */
  readonly serviceCalls: ServiceCall[] = [];
  /** JSON lines that the functions logged. */
  readonly logs: Record<string, unknown>[] = [];
  /** Requests to the database and the auth server that are being answered. */
  busy = 0;
  /** Set to answer in place of the database or the auth server. */
  intercept?: (request: Request) => Promise<Response | undefined> | Response | undefined;
  /** Set to answer in place of Storage. */
  answerStorage?: (request: Request) => Promise<Response>;

  constructor(
    readonly network: MockedNetwork,
    readonly database: Database,
    /** Answers as the database or the auth server: for an intercept that loses an answer. */
    readonly reach: (request: Request) => Promise<Response>,
    readonly storage: Storage,
  ) {}

  get simulator(): Simulator {
    return this.network.simulator;
  }

  /** supabase-js as a signed-in user has it. */
  async signIn(claims: UserClaims = {}): Promise<SupabaseClient> {
    return this.clientWith(await userToken(claims));
  }

  /** supabase-js with any access token. */
  clientWith(jwt: string): SupabaseClient {
    return createClient(SUPABASE_URL, PUBLISHABLE_KEY, {
      accessToken: () => Promise.resolve(jwt),
      auth: { autoRefreshToken: false, persistSession: false },
    });
  }

  /** Connects a new organization, by a user who signs in for it; its session is scanned. */
  async connect(claims: UserClaims = {}): Promise<Connected> {
    const token = await userToken(claims);
    const response = await this.call("wpp-create", { token });
    assert.equal(response.status, 201);
    const { session } = await response.json();
    this.simulator.scan(session);
    return { token, session, supabase: this.clientWith(token) };
  }

  /** Calls a function as HTTP does. */
  async call(
    name: FunctionName,
    { token, body, headers, method = usualMethod(name, body), query = "" }: {
      token?: string;
      body?: unknown;
      headers?: Record<string, string>;
      method?: string;
      query?: string;
    } = {},
  ): Promise<Response> {
    return await fetch(`${SUPABASE_URL}/functions/v1/${name}${query}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  /**
   * What a promise resolves to, without the waits of the code under test: whenever the database is
   * idle, the clock jumps to the next timer.
   */
  async fastForward<T>(start: () => Promise<T>): Promise<T> {
    return await fastForward(start, () => this.busy === 0);
  }

  /** The only row that a query gives, or undefined. */
  async row(sql: string, ...params: unknown[]): Promise<Record<string, unknown> | undefined> {
    return (await this.database.query(sql, params))[0];
  }
}

/** How a world begins. */
export interface WorldOptions extends SimulatorOptions {
  env?: Record<string, string | undefined>;
  /** SQL of tables that were there before the migrations. */
  before?: string;
}

/**
 * Runs a test in a world of its own: the database is opened once for each test file and emptied
 * between its tests.
 */
export function inWorld(
  name: string,
  test: (world: World) => Promise<void>,
  { env = {}, before, ...options }: WorldOptions = {},
): void {
  const ignore = ONLY_POSTGRES; // a world is on PGlite
  Deno.test(name, { ignore, sanitizeOps: false, sanitizeResources: false }, async () => {
    const { database, supabase } = await services(KEYS, before);
    await database.exec(before ? EMPTY_REFERRED_TABLES : EMPTY_TABLES);
    await database.exec("delete from storage.objects");
    using network = mockNetwork(options);
    using _environment = withEnvironment({ ...ENVIRONMENT, ...env });
    const world = new World(network, database, supabase.fetch, supabase.storage!);
    Object.assign(world.storage.faults, { down: false, slowMs: 0 });
    using _logs = captureLogs(world.logs);
    network.serve(SUPABASE_URL, (request) => route(request, world));
    await test(world);
    Deno.exitCode = 0; // PGlite leaves one behind with each statement that fails
    network.assertNothingUnhandled();
  });
}

async function route(
  request: Request,
  world: World,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, service, , name] = pathname.split("/");
  if (service === "functions") {
    const called = name === WEBHOOK_NAME ? webhook : functions[name as FunctionName];
    return await called.fetch(request);
  }
  world.serviceCalls.push({
    service: service as ServiceCall["service"],
    method: request.method,
    path: pathname,
  });
  world.busy++;
  try {
    const intercepted = await world.intercept?.(request);
    if (intercepted) return intercepted;
    if (service === "storage" && world.answerStorage) return await world.answerStorage(request);
    return await world.reach(request);
  } finally {
    world.busy--;
  }
}
