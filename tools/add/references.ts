/** Which files of a project name which others. It may find too much, which only keeps files. */
import type { Planning } from "./planning.ts";
import type { Source } from "./project.ts";

const FUNCTIONS = "supabase/functions/";

/** The user's own code that names one of these paths. */
export function importersOf(
  { project, files }: Pick<Planning, "project" | "files">,
  targets: string[],
): { path: string; target: string }[] {
  return project.sources.filter(({ path }) => !files.has(path)).flatMap((source) =>
    targets.filter((target) => names(source, target)).map((target) => (
      { path: source.path, target }
    ))
  );
}

/** Whether a source names a file in quotes: relatively, by its path, or by an alias. */
export function names({ path, text }: Source, target: string): boolean {
  const [folder, file] = target.split("/").slice(-2);
  return [...text.matchAll(/["'`]([^"'`\n]+)["'`]/g)].some(([, specifier]) => {
    if (/^\.\.?\//.test(specifier)) return resolve(path, specifier) === target;
    if (specifier.includes(FUNCTIONS)) return specifier.endsWith(target);
    if (/^\w+:/.test(specifier) || !path.startsWith(FUNCTIONS)) return false;
    return specifier.endsWith(`/${file}`) && [folder, folder.replace(/^_/, ""), "@", "~"]
      .includes(specifier.split("/").at(-2)!);
  });
}

/** Whether a source imports a package by its bare name. */
export function importsBare({ text }: Source, specifier: string): boolean {
  return ['"', "'"].some((quote) => text.includes(quote + specifier + quote));
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
