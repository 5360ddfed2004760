/** The Realtime stand-in with clients, on PGlite and on the Postgres of DATABASE_URL. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { type Database, openDatabase } from "../../local/database.ts";
import { type Gateway, listen } from "../../local/gateway.ts";
import type { RealtimeFaults } from "../../local/realtime/faults.ts";
import { type Realtime, startRealtime } from "../../local/realtime/realtime.ts";
import { NOTIFIED } from "../../local/realtime/schema.ts";
import { migratedImage } from "./database_image.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";
import { JWT_SECRET, type UserClaims, userToken } from "./jwt.ts";
import { ONLY_POSTGRES } from "./only_postgres.ts";

const KEYS = { publishableKey: "sb_publishable_test", secretKey: "sb_secret_test" };

/** What supabase-js says of a system message. */
interface System {
  extension: string;
  status: string;
  message: string;
  channel: string;
}

/** A channel that a client has asked to join, and what came of it. */
export class Listener {
  /** Payloads of what came, without the id that is added to each. */
  readonly received: Record<string, unknown>[] = [];
  /** Broadcasts as they came. */
  readonly broadcasts: unknown[] = [];
  /** Words of supabase-js, with the reason: "SUBSCRIBED", "CHANNEL_ERROR: …", "CLOSED". */
  readonly states: string[] = [];
  readonly system: System[] = [];
  #wake = () => {};

  constructor(
    readonly client: SupabaseClient,
    topic: string,
    config: { private: boolean; broadcast: { replication_ready: boolean } },
  ) {
    const note = <T>(list: T[], item: T) => {
      list.push(item);
      this.#wake();
    };
    client.channel(topic, { config })
      .on("broadcast", { event: "*" }, (broadcast) => {
        this.broadcasts.push(broadcast);
        const { id: _, ...payload } = broadcast.payload;
        note(this.received, payload);
      })
      .on("system", {}, (message: unknown) => note(this.system, message as System))
      .subscribe((state, error) => note(this.states, error ? `${state}: ${error.message}` : state));
  }

  /** Joins an open channel on the same socket; frames are answered in the order in which they were sent. */
  async joinAnother(topic: string): Promise<void> {
    await new Promise((resolve) => this.client.channel(topic).subscribe(resolve));
  }

  /** Resolves as soon as it holds. */
  async until(holds: (listener: this) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#wake = resolve);
  }
}

/** How a listener joins. */
interface JoinOptions {
  /** Without it, as nobody who is signed in. */
  token?: string;
  isPrivate?: boolean;
  wantsReplicationReady?: boolean;
  vsn?: "1.0.0" | "2.0.0";
}

/** A Realtime that runs, and its clients. */
export class RealtimeWorld {
  readonly #clients: SupabaseClient[] = [];

  constructor(
    readonly database: Database,
    readonly realtime: Realtime,
    readonly gateway: Gateway,
  ) {}

  /** Asks to join a topic; resolves when that was answered. */
  async join(topic: string, options: JoinOptions = {}): Promise<Listener> {
    const { token, vsn, isPrivate = true, wantsReplicationReady = false } = options;
    const client = createClient(this.gateway.url, KEYS.publishableKey, {
      accessToken: () => Promise.resolve(token ?? KEYS.publishableKey),
      realtime: { vsn, reconnectAfterMs: () => 1 },
    });
    this.#clients.push(client);
    await client.realtime.setAuth();
    const listener = new Listener(client, topic, {
      private: isPrivate,
      broadcast: { replication_ready: wantsReplicationReady },
    });
    await listener.until(({ states }) => states.length > 0);
    return listener;
  }

  /** Joins as a user of this organization, who may. */
  async joinAs(organization: string, options: JoinOptions = {}): Promise<Listener> {
    const token = options.token ?? await memberToken(organization);
    const listener = await this.join(`messenger:${organization}`, { token, ...options });
    assert.deepEqual(listener.states, ["SUBSCRIBED"]);
    return listener;
  }

  /** Sends as a function of the database does. */
  async send(topic: string, payload: unknown, isPrivate = true): Promise<void> {
    await this.database.query("select realtime.send($1::text::jsonb, 'change', $2, $3)", [
      JSON.stringify(payload),
      topic,
      isPrivate,
    ]);
  }

  /** Sends, and resolves when the server was told of it: on Postgres that is a moment later. */
  async sendAndTell(topic: string, payload: unknown): Promise<void> {
    const { promise: told, resolve } = Promise.withResolvers<string>();
    const unlisten = await this.database.listen(NOTIFIED, resolve);
    await this.send(topic, payload);
    await told;
    await unlisten();
  }

  /** Sends one after the other: `{ n: 1 }`, `{ n: 2 }` … */
  async sendNumbers(topic: string, upTo: number): Promise<void> {
    for (let n = 1; n <= upTo; n++) await this.send(topic, { n });
  }

  async stop(): Promise<void> {
    for (const { realtime } of this.#clients) await realtime.disconnect();
    await this.realtime.stop();
    await this.gateway.stop();
  }
}

/** A good access token of a user of this organization. */
export function memberToken(organization: string, claims: UserClaims = {}): Promise<string> {
  return userToken({ app_metadata: { organization_id: organization }, ...claims });
}

/** Runs a test on each engine, with a server of its own and a database for all tests of a file. */
export function inRealtime(
  name: string,
  test: (world: RealtimeWorld) => Promise<void>,
  faults: Partial<RealtimeFaults> = {},
): void {
  for (const [engine, open] of engines()) {
    const options = { sanitizeOps: false, sanitizeResources: false };
    Deno.test(`${name} on ${engine}`, options, async () => {
      const database = await open();
      const realtime = await startRealtime({ ...KEYS, jwtSecret: JWT_SECRET, database, faults });
      const gateway = await listen(0);
      const nothing = () => Promise.resolve(new Response(null, { status: 404 }));
      gateway.open({
        supabase: nothing,
        functions: new Map(),
        realtime: realtime.upgrade,
        pages: nothing,
      });
      const world = new RealtimeWorld(database, realtime, gateway);
      try {
        await test(world);
      } finally {
        await world.stop();
        Deno.exitCode = 0; // PGlite leaves one behind with each statement that fails
      }
    });
  }
}

type Engine = [name: string, open: () => Promise<Database>];

let cached: Engine[] | undefined;

/** The same for all tests of a file. */
function engines(): Engine[] {
  if (cached) return cached;
  const url = Deno.env.get("DATABASE_URL");
  cached = ONLY_POSTGRES ? [] : [["PGlite", once(openPglite)]];
  if (url) cached.push(["Postgres", once(() => openPostgres(url))]);
  return cached;
}

const opened: AsyncDisposableStack = new AsyncDisposableStack();
Deno.test.afterAll(() => opened.disposeAsync());

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => result ??= open();
}

async function openPglite(): Promise<Database> {
  return keep(await openDatabase({ image: await migratedImage(), realtime: true }));
}

async function openPostgres(url: string): Promise<Database> {
  const fresh: FreshDatabase = opened.use(await freshDatabase(url));
  return keep(await openDatabase({ databaseUrl: fresh.url, realtime: true }));
}

function keep(database: Database): Database {
  return opened.adopt(database, (one) => one.close());
}
