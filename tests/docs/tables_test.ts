import assert from "node:assert/strict";
import { ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { variables } from "../../supabase/functions/_shared/wpp/env.ts";

const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The backquoted words in the given column of a section's table. */
function column(heading: string, index: number): string[] {
  const [, section] = readme.split(`## ${heading}\n`);
  const rows = section.split("\n## ")[0].split("\n").filter((line) => line.startsWith("| "));
  return rows.flatMap((row) => [...row.split(" | ")[index]?.matchAll(/`([^`]+)`/g) ?? []])
    .map(([, word]) => word);
}

Deno.test("the README's configuration table has every variable that env.ts reads, and no other", () => {
  assert.deepEqual(column("Configuration", 0).sort(), Object.keys(variables).sort());
});

Deno.test("the README's error table has every code that errors.ts knows, with its status", () => {
  const [, section] = readme.split(/^\| status \| code/m);
  const rows = section.split("\n\n")[0].split("\n").filter((line) => /^\| \d/.test(line));
  const documented = rows.flatMap((row) => {
    const [statuses, codes] = row.slice(2).split(" | ");
    return [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => [code, statuses] as const);
  });
  for (const [code, statuses] of documented) {
    const [status] = ERRORS[code as keyof typeof ERRORS] ?? [];
    assert.ok(statuses.split(", ").includes(String(status)), code);
  }
  assert.deepEqual(documented.map(([code]) => code).sort(), Object.keys(ERRORS).sort());
});
