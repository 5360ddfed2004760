/** A world with Storage: objects in memory, their rows where the database's functions see them. */
import assert from "node:assert/strict";
import { mediaSamples } from "./media_samples.ts";
import { WPP_BASE_URL } from "./network.ts";
import { STORAGE_SCHEMA } from "./storage_schema.ts";
import { inWorld, SECRET_KEY, type World, type WorldOptions } from "./world.ts";

export { mediaSamples };

/** Where the platform reaches the project. */
export const PUBLIC_URL = "https://public.test";

/** What Storage may do wrong. `silent`: no answer; `lost`: it works, and its answer does not arrive. */
export type StorageFault = "down" | "silent" | "lost" | "too_large" | "no_bucket";

/** A call to the platform that sends media, with what its link gave. */
export interface SentFile {
  path: string;
  body: Record<string, string>;
  fetched?: { status: number; bytes: Uint8Array; type: string | null };
}

export class FakeStorage {
  readonly objects = new Map<string, { bytes: Uint8Array; mimetype: string }>();
  /** `POST /object/messenger-media/…`, as they came. */
  readonly calls: string[] = [];
  /** Of the links that were asked for, in seconds. */
  readonly lifetimes: number[] = [];
  /** What the platform was told to send. */
  readonly sent: SentFile[] = [];
  /** Answers in place of the platform's calls that send media. */
  platform?: (path: string) => Response | undefined;
  fault?: StorageFault;
  readonly #links = new Map<string, string>();

  constructor(readonly world: World) {}

  /** Puts an object there, as a member's upload does. */
  async put(
    path: string,
    bytes: Uint8Array,
    mimetype = "application/octet-stream",
    ageHours = 0,
  ): Promise<void> {
    this.objects.set(path, { bytes, mimetype });
    await this.#query(
      `insert into storage.objects (bucket_id, name, metadata, created_at) values ('messenger-media', $1,
        jsonb_build_object('size', $2::bigint, 'mimetype', $3::text), now() - $4::int * interval '1 hour')`,
      [path, bytes.length, mimetype, ageHours],
    );
  }

  paths(): string[] {
    return [...this.objects.keys()].sort();
  }

  /** `/storage/v1` as the functions call it. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const path = decodeURIComponent(new URL(request.url).pathname.slice("/storage/v1".length));
    this.calls.push(`${request.method} ${path}`);
    assert.equal(request.headers.get("apikey"), SECRET_KEY);
    assert.equal(request.redirect, "manual");
    if (this.fault === "down") return new Response("upstream is down", { status: 503 });
    if (this.fault === "silent") return await this.#silence(request);
    if (this.fault === "no_bucket") return refusal(404, "Bucket not found");
    if (this.fault === "too_large") return refusal(413, "Payload too large");
    const answer = await this.#answer(request, path);
    return this.fault === "lost" ? Response.error() : answer;
  };

  /** The same as anybody calls it who has a link. */
  readonly open = (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    const path = this.#links.get(searchParams.get("token") ?? "");
    const isOf = path && pathname.endsWith(`/object/sign/messenger-media/${encodeURI(path)}`);
    const object = isOf ? this.objects.get(path) : undefined;
    return Promise.resolve(
      object
        ? new Response(object.bytes.slice(), { headers: { "content-type": object.mimetype } })
        : refusal(400, "InvalidJWT"),
    );
  };

  /** The platform, which fetches what it is told to send. */
  readonly wpp = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (!/^\/api\/messages\/(image|file)$/.test(pathname)) {
      return await this.world.simulator.fetch(request);
    }
    const sent: SentFile = { path: pathname, body: await request.json() };
    this.sent.push(sent);
    const answer = this.platform?.(pathname);
    if (answer) return answer;
    if (sent.body.url.startsWith(PUBLIC_URL)) {
      const response = await fetch(sent.body.url);
      const bytes = new Uint8Array(await response.arrayBuffer());
      sent.fetched = { status: response.status, bytes, type: response.headers.get("content-type") };
    }
    return Response.json({ success: true, taskId: `task-${this.sent.length}`, status: "queued" });
  };

  async #answer(request: Request, path: string): Promise<Response> {
    const [, signed, object] = /^\/object\/(sign\/)?messenger-media\/(.+)$/.exec(path) ?? [];
    if (request.method === "DELETE") return await this.#remove((await request.json()).prefixes);
    if (object === undefined) return refusal(404, "not_found");
    if (request.method === "POST" && !signed) return await this.#upload(request, object);
    const found = this.objects.get(object);
    if (!found) return Response.json({ statusCode: "404", error: "not_found" }, { status: 400 });
    if (request.method === "GET") {
      if (found.bytes.length === 0) return refusal(416, "InvalidRange");
      const [, last] = /^bytes=0-(\d+)$/.exec(request.headers.get("range") ?? "") ?? assert.fail();
      return new Response(found.bytes.slice(0, Number(last) + 1), { status: 206 });
    }
    this.lifetimes.push((await request.json()).expiresIn);
    const token = crypto.randomUUID();
    this.#links.set(token, object);
    return Response.json({
      signedURL: `/object/sign/messenger-media/${encodeURI(object)}?token=${token}`,
    });
  }

  async #upload(request: Request, path: string): Promise<Response> {
    assert.equal(request.headers.get("x-upsert"), "false");
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (this.objects.has(path)) {
      return Response.json({ statusCode: "409", error: "Duplicate" }, { status: 400 });
    }
    await this.put(path, bytes, request.headers.get("content-type")!);
    return Response.json({ Key: `messenger-media/${path}` });
  }

  async #remove(paths: string[]): Promise<Response> {
    for (const path of paths) this.objects.delete(path);
    await this.#query("select set_config('storage.allow_delete_query', 'true', false)", []);
    await this.#query("delete from storage.objects where name = any ($1)", [paths]);
    await this.#query("select set_config('storage.allow_delete_query', 'false', false)", []);
    return Response.json([]);
  }

  async #silence(request: Request): Promise<Response> {
    this.world.busy--; // the clock may move on
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    this.world.busy++;
    return Response.error();
  }

  /** In turn, as there is one connection, in whose role others may be. */
  async #query(sql: string, params: unknown[]): Promise<void> {
    const { database } = this.world;
    await database.inTurn(async () => {
      await database.exec("reset role");
      await database.query(sql, params);
    });
  }
}

function refusal(status: number, error: string): Response {
  return Response.json({ statusCode: String(status), error, message: error }, { status });
}

/** Runs a test in a world that has Storage; its platform fetches what it sends. */
export function inStorage(
  name: string,
  test: (world: World, storage: FakeStorage) => Promise<void>,
  { env = {}, ...options }: WorldOptions = {},
): void {
  inWorld(name, async (world) => {
    const storage = new FakeStorage(world);
    world.answerStorage = storage.fetch;
    world.network.serve(PUBLIC_URL, storage.open);
    world.network.serve(WPP_BASE_URL, storage.wpp);
    const { database } = world;
    const [{ is_missing }] = await database.query(
      "select to_regclass('storage.objects') is null as is_missing",
    );
    if (is_missing) await database.exec(STORAGE_SCHEMA);
    await database.exec(`
      truncate storage.objects, messenger_internal.unused_objects, messenger_internal.orphan_search;
      select messenger_enable_media()`);
    await test(world, storage);
  }, { env: { SUPABASE_PUBLIC_URL: PUBLIC_URL, ...env }, ...options });
}
