/**
 * A project in which pages hold an inbox: the database, Supabase Lite and the Realtime stand-in behind
 * one gateway, and real supabase-js clients. No function runs; the store's own functions are called.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { createWppClient } from "../../client/wpp_client.ts";
import type { Inbox } from "../../client/inbox.ts";
import type { InboxSnapshot } from "../../client/inbox_snapshot.ts";
import { type Database, openDatabase } from "../../local/database.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { type Gateway, listen } from "../../local/gateway.ts";
import type { RealtimeFaults } from "../../local/realtime/faults.ts";
import { type Realtime, startRealtime } from "../../local/realtime/realtime.ts";
import { createSupabase, type Supabase } from "../../local/supabase.ts";
import { migratedImage } from "./database_image.ts";
import { freshDatabase } from "./fresh_database.ts";
import { JWT_SECRET } from "./jwt.ts";
import { Shop } from "./store.ts";

const KEYS = { ...DEVELOPMENT_KEYS, jwtSecret: JWT_SECRET };

/** How soon a page must show what the database has, once nothing happens any more. */
const SETTLED_WITHIN_MS = 20_000;

/** A page of a user, with what it has sent. */
export class InboxPage {
  /** Requests of this page so far, but for those to the auth server. */
  requests = 0;
  readonly client: SupabaseClient;
  readonly inbox: Inbox;

  constructor(url: string, token?: () => Promise<string>) {
    this.client = createClient(url, KEYS.publishableKey, {
      accessToken: token,
      auth: { persistSession: false },
      realtime: { reconnectAfterMs: () => 5 },
      global: { fetch: (input, init) => this.#fetch(String(input), init) },
    });
    this.inbox = createWppClient(this.client).inbox();
  }

  get snapshot(): InboxSnapshot {
    return this.inbox.getSnapshot();
  }

  /** Resolves as soon as it holds. */
  async until(what: string, holds: (snapshot: InboxSnapshot) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => holds(this.snapshot) && resolve();
    const stop = this.inbox.subscribe(look);
    look();
    const late = setTimeout(() => resolve(), SETTLED_WITHIN_MS);
    await promise;
    clearTimeout(late);
    stop();
    assert.ok(holds(this.snapshot), `${what}: ${JSON.stringify(this.snapshot).slice(0, 2_000)}`);
  }

  live(): Promise<void> {
    return this.until("live", ({ channel, isLoaded }) => channel === "live" && isLoaded);
  }

  async close(): Promise<void> {
    this.inbox.close();
    await this.client.realtime.disconnect();
  }

  async #fetch(url: string, init?: RequestInit): Promise<Response> {
    if (url.includes("/auth/v1/")) return await fetch(url, init);
    this.requests++;
    if (url.includes("/functions/v1/")) return Response.json({ connections: [] });
    return await fetch(url, init);
  }
}

export class PushWorld implements AsyncDisposable {
  readonly #pages: InboxPage[] = [];

  constructor(
    readonly database: Database,
    readonly supabase: Supabase,
    readonly realtime: Realtime,
    readonly gateway: Gateway,
    readonly engine: string,
  ) {}

  /** An organization whose store's functions can be called; on PGlite between other requests. */
  shop(organization?: string): Promise<Shop> {
    const { database } = this;
    return Shop.create({
      exec: (sql) => database.inTurn(() => database.exec(sql)),
      query: (sql, parameters) => database.inTurn(() => database.query(sql, parameters)),
      warnings: [],
      close: () => Promise.resolve(),
    }, organization);
  }

  /** @param token An access token at each call; left out, whoever signs in. */
  page(token?: () => Promise<string>): InboxPage {
    const page = new InboxPage(this.gateway.url, token);
    this.#pages.push(page);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const page of this.#pages) await page.close();
    await this.realtime.stop();
    await this.gateway.stop();
  }
}

/** Runs a test with a Realtime of its own; the database is that of all tests of the file. */
export function inPushWorld(
  name: string,
  test: (world: PushWorld) => Promise<void>,
  faults: Partial<RealtimeFaults> = {},
): void {
  const url = Deno.env.get("DATABASE_URL");
  const engine = url ? "Postgres" : "PGlite";
  const options = { sanitizeOps: false, sanitizeResources: false };
  Deno.test(`${name}, on ${engine}`, options, async () => {
    const { database, supabase } = await project(url);
    const realtime = await startRealtime({ ...KEYS, database, faults });
    const gateway = await listen(0);
    gateway.open({
      supabase: supabase.fetch,
      functions: new Map(),
      realtime: realtime.upgrade,
      pages: () => new Response(null, { status: 404 }),
    });
    await using world = new PushWorld(database, supabase, realtime, gateway, engine);
    await test(world);
    Deno.exitCode = 0; // PGlite leaves one behind with each statement that fails
  });
}

const opened = new AsyncDisposableStack();
Deno.test.afterAll(() => opened.disposeAsync());
let shared: ReturnType<typeof openProject> | undefined;

function project(url?: string): ReturnType<typeof openProject> {
  return shared ??= openProject(url);
}

async function openProject(url?: string) {
  const where = url
    ? { databaseUrl: opened.use(await freshDatabase(url)).url }
    : { image: await migratedImage() };
  const database = opened.adopt(
    await openDatabase({ ...where, realtime: true }),
    (one) => one.close(),
  );
  return { database, supabase: await createSupabase(database, KEYS) };
}
