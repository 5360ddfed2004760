/** `deno task dev [--data DIR]`: the local stack, until Ctrl-C. */
import { type Stack, type StackOptions, startStack } from "./stack.ts";

/** Passed on to the functions when set. */
const FOR_FUNCTIONS = [
  "WPP_DEFAULT_COUNTRY",
  "WPP_ENCRYPTION_KEYS",
  "ALLOWED_ORIGINS",
  "JWT_ISSUER",
];

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  const interrupted = new AbortController();
  let code = 0;
  const stopped = new Promise<void>((resolve) => {
    interrupted.signal.addEventListener("abort", () => resolve());
  });
  Deno.addSignalListener("SIGINT", () => (code = 130, interrupted.abort()));
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => interrupted.abort());
  try {
    const stack = await startStack({ ...optionsFromOutside(), signal: interrupted.signal });
    console.log(summary(stack));
    await stopped;
    await stack.stop();
  } catch (error) {
    if (interrupted.signal.aborted) return code;
    console.error(explain(error));
    return 1;
  }
  return code;
}

function optionsFromOutside(): StackOptions {
  const forFunctions = FOR_FUNCTIONS.map((name) => [name, Deno.env.get(name)] as const);
  return {
    port: numberFrom("PORT", 54321, 65535),
    dataDir: dataDirectory(Deno.args),
    databaseUrl: Deno.env.get("DATABASE_URL") || undefined,
    wppBaseUrl: urlFrom("WPP_BASE_URL"),
    scanAfter: numberFrom("WPP_SIM_SCAN_AFTER", 8, 86_400),
    functionEnv: Object.fromEntries(
      forFunctions.filter((pair): pair is [string, string] => Boolean(pair[1])),
    ),
  };
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

function dataDirectory(args: string[]): string | undefined {
  if (args.length === 0) return undefined;
  if (args.length === 2 && args[0] === "--data") return args[1];
  throw new Error("Cannot read the arguments: they are [--data DIR]");
}

function summary(stack: Stack): string {
  return [
    `API_URL=${stack.url}`,
    `PUBLISHABLE_KEY=${stack.publishableKey}`,
    `SECRET_KEY=${stack.secretKey}`,
    `JWT_SECRET=${stack.jwtSecret}`,
    `WPP_BASE_URL=${stack.wppBaseUrl}`,
    `DEMO_EMAIL=${stack.demo.email}`,
    `DEMO_PASSWORD=${stack.demo.password}`,
  ].join("\n");
}

function explain(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return "Cannot listen: the port is in use; set PORT to another one";
  }
  return error instanceof Error ? error.message : String(error);
}
