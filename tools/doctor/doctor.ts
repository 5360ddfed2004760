/** `deno task doctor`: checks a deployed project, and says what to do where it does not work. */
import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";
import { type Arguments, HELP, readArguments } from "./arguments.ts";
import type { Finding, State } from "./check.ts";
import { examine } from "./examine.ts";

const MARKS: Record<State, string> = { passed: "✓", failed: "✗", warned: "!", skipped: "–" };

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
    parsed.json
      ? JSON.stringify({ version: VERSION, ok, checks }, null, 2)
      : lines(checks, parsed.verbose),
  );
  return ok ? 0 : 1;
}

function lines(checks: Finding[], verbose: boolean): string {
  const shown = checks.filter(({ state }) => verbose || state !== "skipped");
  const found = shown.map(({ state, title, message }) =>
    `${MARKS[state]} ${title}${message ? `: ${message}` : ""}`
  );
  return [`The doctor of wpp-messenger ${VERSION}`, ...found, sum(checks, verbose)].join("\n");
}

/** Such as `9 passed, 1 failed, 3 not checked (--verbose says why), 1 warning`. */
function sum(checks: Finding[], verbose: boolean): string {
  const count = (state: State) => checks.filter((check) => check.state === state).length;
  const [skipped, warned] = [count("skipped"), count("warned")];
  const hint = skipped > 0 && !verbose ? " (--verbose says why)" : "";
  const warnings = warned > 0 ? [`${warned} warning${warned > 1 ? "s" : ""}`] : [];
  return [
    `${count("passed")} passed`,
    `${count("failed")} failed`,
    `${skipped} not checked${hint}`,
    ...warnings,
  ].join(", ");
}
