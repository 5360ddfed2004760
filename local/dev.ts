/** `deno task dev`: the local stack, until Ctrl-C. */
import { parseArgs } from "node:util";
import { listed } from "./foreign_tables.ts";
import { checkOrganization } from "./organization.ts";
import { type Stack, type StackOptions, startStack } from "./stack.ts";

/** As docs/operations.md has a project's cron do it, but twice as often. */
const RECONCILE_EVERY_S = 30;

const HELP = `Runs the whole stack on this machine until Ctrl-C, and prints its URLs and keys.

  deno task dev [--data DIR] [--yes-open-this-database]

  --data DIR  keeps the database and the files of Storage in this directory; without it they last as
              long as the stack
  --yes-open-this-database
              takes a DATABASE_URL that has tables of others, which is refused otherwise: everybody
              who has the publishable key may then read and write these tables, for good

In the environment:

  PORT                where it listens (54321; 0 = a free port)
  WPP_BASE_URL        a real WPP Platform to use; without it a simulator starts
  WPP_SIM_SCAN_AFTER  seconds until the simulated phone scans (8; 0 = never)
  DEMO_ORGANIZATION   the organization that the demo user belongs to
  DATABASE_URL        a Postgres to use instead of the built-in one
  WPP_SECRET          a secret shared with the platform, and with the simulator: the functions create
                      connections by it, so that an organization may have several numbers
  WPP_DEFAULT_COUNTRY, WPP_ENCRYPTION_KEYS, ALLOWED_ORIGINS, JWT_ISSUER
                      passed on to the functions`;

/** Variables of this process that the functions get too, where they are set. */
const FUNCTION_VARIABLES = [
  "WPP_SECRET",
  "WPP_DEFAULT_COUNTRY",
  "WPP_ENCRYPTION_KEYS",
  "ALLOWED_ORIGINS",
  "JWT_ISSUER",
];

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  let options: StackOptions | undefined;
  try {
    options = readOptions(Deno.args);
  } catch (error) {
    console.error(explain(error));
    return 1;
  }
  if (!options) {
    console.log(HELP);
    return 0;
  }
  return await run(options);
}

/** Runs the stack until the process is interrupted. */
async function run(options: StackOptions): Promise<number> {
  const interrupted = new AbortController();
  let code = 0;
  const stopped = new Promise<void>((resolve) => {
    interrupted.signal.addEventListener("abort", () => resolve());
  });
  Deno.addSignalListener("SIGINT", () => (code = 130, interrupted.abort()));
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => interrupted.abort());
  try {
    const stack = await startStack({
      ...options,
      reconcileEveryS: RECONCILE_EVERY_S,
      signal: interrupted.signal,
    });
    console.log(summary(stack));
    const { foreignTables } = stack.database;
    if (foreignTables.length > 0) {
      console.error(
        `Warning: everybody who has the publishable key may use ${listed(foreignTables)}`,
      );
    }
    await stopped;
    await stack.stop();
  } catch (error) {
    if (interrupted.signal.aborted) return code;
    console.error(explain(error));
    return 1;
  }
  return code;
}

/** From the arguments and the environment. Undefined: help is wanted. Throws on wrong ones. */
function readOptions(args: string[]): StackOptions | undefined {
  const { data, help, "yes-open-this-database": opensForeignTables } = readArguments(args);
  if (help) return undefined;
  const forFunctions = FUNCTION_VARIABLES.map((name) =>
    [name, Deno.env.get(name)?.trim()] as const
  );
  return {
    port: numberFrom("PORT", 54321, 65535),
    dataDir: data,
    databaseUrl: Deno.env.get("DATABASE_URL") || undefined,
    opensForeignTables,
    wppBaseUrl: urlFrom("WPP_BASE_URL"),
    demoOrganization: organizationFrom("DEMO_ORGANIZATION"),
    scanAfter: numberFrom("WPP_SIM_SCAN_AFTER", 8, 86_400),
    functionEnv: Object.fromEntries(
      forFunctions.filter((pair): pair is [string, string] => Boolean(pair[1])),
    ),
  };
}

function readArguments(args: string[]) {
  try {
    const options = {
      data: { type: "string" },
      "yes-open-this-database": { type: "boolean" },
      help: { type: "boolean" },
    } as const;
    return parseArgs({ args, options }).values;
  } catch (cause) {
    throw new Error(
      "Cannot read the arguments: they are [--data DIR] [--yes-open-this-database] (see --help)",
      { cause },
    );
  }
}

function numberFrom(name: string, fallback: number, highest: number): number {
  const text = Deno.env.get(name)?.trim();
  if (!text) return fallback;
  if (/^\d+$/.test(text) && Number(text) <= highest) return Number(text);
  throw new Error(`Cannot use ${name}: it must be a whole number from 0 to ${highest}`);
}

function urlFrom(name: string): string | undefined {
  const text = Deno.env.get(name)?.trim();
  if (!text || /^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text || undefined;
  throw new Error(`Cannot use ${name}: it must be an http(s) URL`);
}

function organizationFrom(name: string): string | undefined {
  const text = Deno.env.get(name) || undefined;
  if (text !== undefined) checkOrganization(text, name);
  return text;
}

function summary(stack: Stack): string {
  return [
    `API_URL=${stack.url}`,
    `PUBLISHABLE_KEY=${stack.publishableKey}`,
    `SECRET_KEY=${stack.secretKey}`,
    `JWT_SECRET=${stack.jwtSecret}`,
    `WPP_BASE_URL=${stack.wppBaseUrl}`,
    `DEMO_EMAIL=${stack.demo.email}`,
    ...(stack.demo.organization ? [`DEMO_ORGANIZATION=${stack.demo.organization}`] : []),
    `DEMO_PASSWORD=${stack.demo.password}`,
  ].join("\n");
}

function explain(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return "Cannot listen: the port is in use; set PORT to another one";
  }
  return error instanceof Error ? error.message : String(error);
}
