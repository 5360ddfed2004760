/**
 * `deno task chaos [--calls N] [--events N] [--seed S]`: real processes of the functions on a real
 * Postgres (DATABASE_URL), a platform and a database that fail, and kills; then every promise is
 * checked. With `--events` it is the platform that calls: the webhook; given both, one follows the
 * other. The same seed replays the same calls, faults and kills. Exits with 1 when a promise is broken.
 */
import { parseArgs } from "node:util";
import { runEvents } from "./events/run.ts";
import { runCalls } from "./run.ts";

/** For which a run may last, and each call or event besides: 10 ms on a machine that has nothing else to do. */
const TIME_LIMIT_MS = 5 * 60_000;
const EACH_LIMIT_MS = 100;
const SHOWN = 20;

const RUNS = { calls: runCalls, events: runEvents };
type Kind = keyof typeof RUNS;

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  try {
    return await runFromOutside();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function runFromOutside(): Promise<number> {
  const databaseUrl = Deno.env.get("DATABASE_URL");
  if (!databaseUrl) {
    throw new Error("Cannot start: set DATABASE_URL to a Postgres where databases may be made");
  }
  const { sizes, seed } = numbersFrom(Deno.args);
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupted.abort(new Error("Interrupted")));
  }
  let broken = 0;
  for (const [kind, size] of sizes) {
    const limit = AbortSignal.timeout(TIME_LIMIT_MS + size * EACH_LIMIT_MS);
    const ended = AbortSignal.any([interrupted.signal, limit]);
    const violations = await RUNS[kind](size, seed, databaseUrl, ended);
    broken += violations.length;
    for (const violation of violations.slice(0, SHOWN)) console.error(`BROKEN: ${violation}`);
    console.log(
      violations.length === 0
        ? `Every promise was kept (seed ${seed}).`
        : `${violations.length} broken; --${kind} ${size} --seed ${seed} replays it.`,
    );
  }
  return broken === 0 ? 0 : 1;
}

function numbersFrom(args: string[]): { sizes: [Kind, number][]; seed: number } {
  const { values } = parseArgs({
    args,
    options: { calls: { type: "string" }, events: { type: "string" }, seed: { type: "string" } },
  });
  const given = (Object.keys(RUNS) as Kind[]).filter((kind) => values[kind] !== undefined)
    .map((kind): [Kind, number] => [kind, Number(values[kind])]);
  const sizes = given.length === 0 ? [["calls", 10_000] as [Kind, number]] : given;
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  const isRight = sizes.every(([, size]) => Number.isSafeInteger(size) && size >= 100);
  if (isRight && Number.isSafeInteger(seed)) return { sizes, seed };
  throw new Error(
    "Cannot start: --calls and --events are whole numbers from 100, --seed a whole number",
  );
}
