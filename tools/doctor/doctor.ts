/** `deno task doctor`: checks a deployed project, and says what to do where it does not work. */
import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";
import { type Arguments, HELP, readArguments } from "./arguments.ts";
import type { Finding, State } from "./check.ts";
import { examine } from "./examine.ts";

const MARKS: Record<State, string> = { passed: "✓", failed: "✗", skipped: "–" };

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  let parsed: Arguments | undefined;
  try {
    parsed = readArguments(Deno.args, (name) => Deno.env.get(name));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
  if (!parsed) {
    console.log(HELP);
    return 0;
  }
  const checks = await examine(parsed.options);
  const ok = checks.every(({ state }) => state !== "failed");
  console.log(
    parsed.json ? JSON.stringify({ version: VERSION, ok, checks }, null, 2) : lines(checks),
  );
  return ok ? 0 : 1;
}

function lines(checks: Finding[]): string {
  const found = checks.map(({ state, title, message }) =>
    `${MARKS[state]} ${title}${message ? `: ${message}` : ""}`
  );
  return [`The doctor of wpp-messenger ${VERSION}`, ...found].join("\n");
}
