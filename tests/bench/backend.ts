import { TextLineStream } from "../../local/lines.ts";
import { functionEnvironment } from "../../local/stack.ts";
import { freshDatabase } from "../support/fresh_database.ts";

/** Where a backend process listens, without trailing slashes. */
export interface Addresses {
  supabaseUrl: string;
  platformUrl: string;
  /** Where `/realtime/v1/websocket` is. */
  realtimeUrl: string;
  ordersUrl: string;
}

/** What a backend process is told to do, in this order. */
export interface Order {
  /** Milliseconds that each request waits before it is taken up. */
  delay?: number;
  /** Seconds that the platform's tokens live, from now on. */
  tokenLifetime?: number;
  /** Sessions to connect. */
  scan?: string[];
  sql?: string;
  parameters?: unknown[];
}

/** What an {@link Order} comes to. */
export interface Outcome {
  /** So far: requests `rest`, `auth` and `storage`, the platform's calls by name, `joins` and `broadcasts`. */
  counts: Counts;
  rows: Record<string, unknown>[];
}

export type Counts = Record<string, number>;

/** A project's services and the platform, in a process and on a database of their own. */
export interface Backend extends Addresses, AsyncDisposable {
  /** Undefined on PGlite. */
  readonly databaseUrl?: string;
  /** The functions' variables. */
  readonly env: Record<string, string>;
  order(order: Order): Promise<Outcome>;
}

/** Starts one, on a new database of DATABASE_URL's Postgres, or on PGlite where that is not set. */
export async function startBackendProcess(): Promise<Backend> {
  const databaseUrl = Deno.env.get("DATABASE_URL");
  await using started = new AsyncDisposableStack();
  const fresh = databaseUrl && started.use(await freshDatabase(databaseUrl));
  const child = started.adopt(
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--unstable-no-legacy-abort",
        new URL("backend_process.ts", import.meta.url).pathname,
      ],
      env: { DATABASE_URL: fresh ? fresh.url : "" },
      stdout: "piped",
    }).spawn(),
    async (one) => {
      one.kill("SIGKILL");
      await one.status;
    },
  );
  const addresses = await firstLine(child.stdout);
  const running = started.move();
  return {
    ...addresses,
    databaseUrl: fresh ? fresh.url : undefined,
    env: functionEnvironment(addresses.supabaseUrl, addresses.platformUrl),
    order: (order) => send(addresses.ordersUrl, order),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** How much each count has grown. */
export function grown(before: Counts, after: Counts): Counts {
  const differences = Object.entries(after).map(([name, count]) =>
    [name, count - (before[name] ?? 0)] as const
  );
  return Object.fromEntries(differences.filter(([, count]) => count > 0));
}

async function firstLine(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Addresses> {
  const lines = stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) return JSON.parse(line);
  throw new Error("Cannot start the backend: see what it printed");
}

async function send(url: string, order: Order): Promise<Outcome> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(order) });
  if (response.ok) return await response.json();
  throw new Error(`Cannot do what was ordered: ${await response.text()}`);
}
