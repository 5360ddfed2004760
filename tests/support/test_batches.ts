/** Which test files a process runs together, so that they share what is slow to begin with. */
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

const PROCESSES = navigator.hardwareConcurrency;

/** What a process runs. */
export interface Batch {
  files: string[];
  usesDatabase: boolean;
  /** PGlite has timers of its own; what one file has left in the background would be blamed on another. */
  sanitized: boolean;
}

interface Kind {
  /** What the text of its files shows. */
  shows: RegExp;
  /** The number of processes that its files are dealt out to. */
  processes: number;
  /** They try SQL, on each kind of database there is. */
  isSql?: boolean;
  usesDatabase: boolean;
}

/**
 * Files of which a process runs many, as one: they share what is slow to begin with, a database or the
 * code that they load. Each file is of the first kind that its text shows. Those that take longest come
 * first.
 */
const KINDS: Kind[] = [
  {
    shows: /from "\.\.\/support\/(realtime|local_storage)\.ts"/,
    processes: 1,
    isSql: true,
    usesDatabase: true,
  },
  { shows: /\binStore\(/, processes: 1, isSql: true, usesDatabase: true },
  {
    shows: /\b(engines|withPush|openDatabase|migratedImage)\(|"DATABASE_URL"/,
    processes: 1,
    isSql: true,
    usesDatabase: true,
  },
  { shows: /\b(inWorld|inStorage)\(/, processes: PROCESSES, usesDatabase: true },
  { shows: /^/, processes: PROCESSES, usesDatabase: false },
];

/** Files that each take a process of their own, as what they test happens once in one. */
const ALONE = [
  "tests/store/keeping_test.ts", // its functions take on whichever organization comes first
  "tests/store/backfill_test.ts",
];

/** The first that a process runs: it tests what is logged once in a process's life. */
const FIRST = "tests/store/encryption_test.ts";

/** The test files of these folders and files. */
export function testFiles(paths: string[]): string[] {
  const patterns = paths.map((path) => path.endsWith("/") ? `${path}**/*_test.ts` : path);
  const files = globSync(patterns, { cwd: fileURLToPath(ROOT) });
  return files.map((path) => path.replaceAll("\\", "/")).sort();
}

/** All that is run of the tests, or of those of the SQL. */
export async function batches(isSql: boolean, folder: string): Promise<Batch[]> {
  const kinds = new Map(KINDS.map((kind) => [kind, [] as string[]]));
  const weights = new Map<string, number>();
  for (const file of testFiles(config.test.include)) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    kinds.get(KINDS.find(({ shows }) => shows.test(text))!)!.push(file);
    weights.set(file, file === FIRST ? Infinity : text.length);
  }
  const wanted = [...kinds].filter(([kind]) => (kind.isSql ?? false) === isSql);
  const joined = wanted.flatMap(([{ processes, usesDatabase }, files]) =>
    shares(
      files.filter((file) => !ALONE.includes(file))
        .sort((one, other) => weights.get(other)! - weights.get(one)!),
      processes,
    )
      .filter((share) => share.length > 0)
      .map(async (share) => ({
        ...{ files: [await joinFiles(share, folder)], usesDatabase, sanitized: !usesDatabase },
      }))
  );
  const alone = wanted.flatMap(([, files]) => files.filter((file) => ALONE.includes(file)));
  return [...await Promise.all(joined), ...alone.map(eachOnItsOwn)];
}

export const eachOnItsOwn = (file: string): Batch => ({
  ...{ files: [file], usesDatabase: true, sanitized: true },
});

/** The files, dealt out: alike shares where the heaviest come first. */
function shares(files: string[], count: number): string[][] {
  return Array.from({ length: count }, (_, share) => files.filter((_, i) => i % count === share));
}

/** One file that runs the tests of several. */
export async function joinFiles(files: string[], folder: string): Promise<string> {
  const imports = files.map((file) => `import ${JSON.stringify(new URL(file, ROOT).href)};\n`);
  const path = `${folder}/${crypto.randomUUID()}_test.ts`;
  await Deno.writeTextFile(path, imports.join(""));
  return path;
}
