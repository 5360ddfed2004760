import postgres from "postgres";
import type { Work } from "./backend.ts";

const RPC = /\/rest\/v1\/rpc\/(messenger_\w+)$/;
const CONNECTIONS = 10;

/** An error of Postgres.js: of the database, or its own of a connection. */
interface Failure {
  message: string;
  code?: string;
  severity?: string;
}

/**
 * Calls functions of the database as PostgREST does, one statement each. Supabase Lite needs several
 * times as long, which a storm of events cannot spare, and keeps connections that a restart broke.
 */
export class Rpc implements AsyncDisposable {
  readonly #server: postgres.Sql;
  /** What the database's functions refused, though it worked: what is right they do not. */
  readonly refusals: string[] = [];
  /** The functions that return nothing. */
  readonly #returnNothing: ReadonlySet<string>;

  private constructor(server: postgres.Sql, returnNothing: ReadonlySet<string>) {
    this.#server = server;
    this.#returnNothing = returnNothing;
  }

  static async open(databaseUrl: string): Promise<Rpc> {
    const server = postgres(databaseUrl, {
      ...{ max: CONNECTIONS, onnotice: () => {}, backoff: () => 0.1 },
      connection: { role: "service_role" } as postgres.Options<never>["connection"],
    });
    const rows = await server`
      select proname from pg_proc
      where proname like 'messenger%' and prorettype = 'void'::regtype`;
    return new Rpc(server, new Set(rows.map(({ proname }) => proname)));
  }

  /** Answers in place of Lite where a function is called; else Lite works. */
  async answer(request: Request, work: Work): Promise<Response> {
    const name = RPC.exec(new URL(request.url).pathname)?.[1];
    if (name === undefined) return await work();
    try {
      return await this.#call(name, await request.json());
    } catch (error) {
      const { code = "", message, severity } = error as Failure;
      const isRefused = severity === "ERROR"; // else the connection broke, or there was none
      if (isRefused) this.refusals.push(`${name}: ${code} ${message}`);
      return Response.json({ code: isRefused ? code : "PGRST001", message }, {
        status: isRefused ? 400 : 503,
      });
    }
  }

  async #call(name: string, given: Record<string, never>): Promise<Response> {
    const names = Object.keys(given);
    const call = `public.${name}(${names.map((one, index) => `${one} => $${index + 1}`)})`;
    const isVoid = this.#returnNothing.has(name);
    const [{ data }] = await this.#server.unsafe(
      isVoid ? `select null as data from ${call}` : `select to_jsonb(${call})::text as data`,
      Object.values(given),
      { prepare: true },
    );
    if (isVoid) return new Response(null, { status: 204 });
    return new Response(data ?? "null", { headers: { "content-type": "application/json" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.end({ timeout: 2 });
  }
}
