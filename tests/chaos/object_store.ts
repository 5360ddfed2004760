import postgres from "postgres";
import { SimulatedReset } from "../../local/simulator/misbehaviour.ts";
import { STORAGE_SCHEMA } from "../support/storage_schema.ts";
import { chance } from "./random.ts";
import { OBSERVER } from "./observer.ts";

const OBJECT = /^\/storage\/v1\/object\/(sign\/)?messenger-media(?:\/(.+))?$/;
/** Of links; it opens every object, as nobody but the platform is given one. */
const TOKEN = "signed";

/** Of a hundred calls, while Storage is not away altogether. */
const FAULTS = { unavailable: 8, reset: 4, lost: 6 };

/**
 * Supabase Storage as the functions upload to it, read, sign and remove, and as the platform fetches from
 * it. Its rows are in the database, by a connection that survives the restarts: Lite's Storage keeps
 * connections that a restart broke.
 */
export class ObjectStore implements AsyncDisposable {
  readonly bytes = new Map<string, Uint8Array>();
  /** How often each fault struck. */
  readonly struck = new Map<string, number>();
  /** Refuses everything while there is one. */
  outages = 0;
  /** Whether calls fail now and then. */
  active = true;
  readonly #seed: number;
  readonly #server: postgres.Sql;
  #calls = 0;

  private constructor(seed: number, server: postgres.Sql) {
    this.#seed = seed;
    this.#server = server;
  }

  /** Makes the schema of Storage and the bucket. */
  static async open(seed: number, databaseUrl: string): Promise<ObjectStore> {
    const server = postgres(databaseUrl, {
      ...{ max: 2, onnotice: () => {} },
      connection: {
        application_name: OBSERVER,
        "storage.allow_delete_query": "true",
      } as postgres.Options<never>["connection"],
    });
    await server.unsafe(`${STORAGE_SCHEMA}; select public.messenger_enable_media()`);
    return new ObjectStore(seed, server);
  }

  isFor(request: Request): boolean {
    return OBJECT.test(new URL(request.url).pathname);
  }

  async answer(request: Request): Promise<Response> {
    const bytes = await request.bytes();
    const fault = this.#fault();
    if (fault) this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
    if (fault === "unavailable") {
      return Response.json({ message: "Storage is unavailable" }, { status: 503 });
    }
    if (fault === "reset") throw new SimulatedReset();
    const response = await this.#work(request, bytes);
    if (fault === "lost") throw new SimulatedReset();
    return response;
  }

  /** Puts an object there, as a member does who uploads it. */
  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#server`
      insert into storage.objects (bucket_id, name, metadata)
      values ('messenger-media', ${path}, jsonb_build_object('size', ${bytes.length}::bigint))
      on conflict do nothing`;
    this.bytes.set(path, bytes);
  }

  /** As if a day had passed since each upload. */
  async age(): Promise<void> {
    await this.#server`update storage.objects set created_at = created_at - interval '25 hours'`;
  }

  #fault(): string | undefined {
    if (this.outages > 0) return "unavailable";
    if (!this.active) return undefined;
    let left = 100 * chance(this.#seed, "storage", this.#calls++);
    return Object.entries(FAULTS).find(([, share]) => (left -= share) < 0)?.[0];
  }

  async #work({ method, url }: Request, bytes: Uint8Array): Promise<Response> {
    const { pathname, searchParams } = new URL(url);
    const [, isSigned, path = ""] = OBJECT.exec(pathname)!.map((part) =>
      part && decodeURIComponent(part)
    );
    switch (method) {
      case "DELETE":
        return await this.#remove(JSON.parse(new TextDecoder().decode(bytes)).prefixes);
      case "GET":
        if (isSigned && searchParams.get("token") !== TOKEN) return notFound();
        return this.#read(path);
    }
    if (isSigned) {
      const signedURL = `/object/sign/messenger-media/${path}?token=${TOKEN}`;
      return this.bytes.has(path) ? Response.json({ signedURL }) : notFound();
    }
    await this.put(path, bytes);
    return Response.json({ Key: `messenger-media/${path}` });
  }

  /** Whole, also where a range was asked for, which a server need not know. */
  #read(path: string): Response {
    const bytes = this.bytes.get(path);
    return bytes ? new Response(new Uint8Array(bytes)) : notFound();
  }

  async #remove(paths: string[]): Promise<Response> {
    await this.#server`delete from storage.objects where name = any (${paths})`;
    for (const path of paths) this.bytes.delete(path);
    return Response.json([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.end({ timeout: 2 });
  }
}

function notFound(): Response {
  return Response.json({ statusCode: "404", error: "not_found" }, { status: 400 });
}
