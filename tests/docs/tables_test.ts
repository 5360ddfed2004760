import assert from "node:assert/strict";
import { ENV_SCHEMA } from "../../supabase/functions/_shared/wpp/env.ts";
import { AppError, type ErrorCode, ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { readModules } from "../support/modules.ts";
import { page } from "./pages.ts";

/** The rows of a section's table, each as its cells. */
function rows(path: string, heading: string): string[][] {
  const [, section] = page(path).text.split(`## ${heading}\n`);
  const lines = section.split("\n## ")[0].split("\n").filter((line) => line.startsWith("| "));
  return lines.map((line) => line.slice(2).split(" | "));
}

/** The backquoted words of a cell. */
function words(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word);
}

Deno.test("the configuration table has every variable that env.ts reads, and no other", () => {
  const documented = rows("docs/configuration.md", "Variables of the functions")
    .flatMap(([names]) => words(names));
  assert.deepEqual(documented.sort(), Object.keys(ENV_SCHEMA).sort());
});

Deno.test("the error table has every code that errors.ts knows, with its status", () => {
  const documented = rows("docs/api.md", "Errors").filter(([statuses]) => /^\d/.test(statuses))
    .flatMap(([statuses, codes]) => words(codes).map((code) => [code, statuses] as const));
  for (const [code, statuses] of documented) {
    assert.ok(code in ERRORS, code);
    const { status } = new AppError(code as ErrorCode);
    assert.ok(statuses.split(", ").includes(String(status)), code);
  }
  assert.deepEqual(documented.map(([code]) => code).sort(), Object.keys(ERRORS).sort());
});

Deno.test("operations.md explains every warning that the functions log", async () => {
  const warnings = (await readModules()).flatMap(({ source }) =>
    [...source.matchAll(/trace\.warn\("([a-z_]+)"\)/g)].map(([, warning]) => warning)
  );
  assert.ok(warnings.length >= 7);
  const [, section] = page("docs/operations.md").text.split("## The log line\n");
  const explained = words(section.split("\n## ")[0]);
  assert.deepEqual(warnings.filter((warning) => !explained.includes(warning)), []);
});
