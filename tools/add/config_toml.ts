/** Sections of functions in a config.toml, changed as text: all else stays byte for byte. */
import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";

/** A table of `[functions.*]`, as far as it matters here. */
export interface FunctionSection {
  verify_jwt?: boolean;
  import_map?: string;
  entrypoint?: string;
  [key: string]: unknown;
}

export interface Config {
  functions?: Record<string, FunctionSection>;
  [key: string]: unknown;
}

/** What to change. */
export interface ConfigEdit {
  /** Functions without a section: it is added, at the end. */
  add: string[];
  /** Functions whose `verify_jwt` becomes false. */
  openDoor: string[];
  /** Functions whose `import_map` goes. */
  withoutMap: string[];
  /** Functions whose `entrypoint` goes. */
  withoutEntrypoint: string[];
}

/** Throws when it is no TOML. */
export function parseConfig(text: string): Config {
  return parse(text) as Config;
}

/** The new text; undefined where it cannot be changed without changing something else. */
export function editConfig(text: string, edit: ConfigEdit): string | undefined {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  let lines: string[] | undefined = text.split(/(?<=\n)/);
  for (const name of edit.openDoor) lines = lines && openDoor(lines, name, eol);
  for (const name of edit.withoutMap) lines = lines && removeLine(lines, name, "import_map");
  for (const name of edit.withoutEntrypoint) lines = lines && removeLine(lines, name, "entrypoint");
  if (!lines) return undefined;
  const edited = lines.join("") + added(lines.join(""), edit.add, eol);
  // The text was searched by simple patterns; the parser says whether it now means what it shall.
  return meansTheSame(expected(parseConfig(text), edit), edited) ? edited : undefined;
}

/** The sections as they are written into a config.toml. */
export function sections(names: string[], eol = "\n"): string {
  return names.map((name) => `[functions.${name}]${eol}verify_jwt = false${eol}`).join(eol);
}

function added(text: string, names: string[], eol: string): string {
  if (names.length === 0) return "";
  const end = text === "" || text.endsWith("\n") ? "" : eol;
  return end + (text.trim() === "" ? "" : eol) + sections(names, eol);
}

function openDoor(lines: string[], name: string, eol: string): string[] | undefined {
  const found = findSection(lines, name);
  if (!found) return undefined;
  const assignment = /^(\s*["']?verify_jwt["']?\s*=\s*)true\b/;
  const at = lineWithin(lines, found, assignment);
  if (at >= 0) return lines.with(at, lines[at].replace(assignment, "$1false"));
  const header = lines[found.header].replace(/\r?\n?$/, eol);
  return lines.toSpliced(found.header, 1, header, `verify_jwt = false${eol}`);
}

function removeLine(lines: string[], name: string, key: string): string[] | undefined {
  const found = findSection(lines, name);
  if (!found) return undefined;
  const assignment = new RegExp(`^\\s*["']?${key}["']?\\s*=`);
  const at = lineWithin(lines, found, assignment);
  return at < 0 ? undefined : lines.toSpliced(at, 1);
}

/** The lines of a section, from its header to the next one. */
interface Span {
  header: number;
  end: number;
}

/** Which line of a section this is; -1 where it has none. */
function lineWithin(lines: string[], { header, end }: Span, pattern: RegExp): number {
  return lines.findIndex((line, at) => at > header && at < end && pattern.test(line));
}

function findSection(lines: string[], name: string): Span | undefined {
  const quoted = (word: string) => `(?:${word}|"${word}"|'${word}')`;
  const header = new RegExp(
    `^\\s*\\[\\s*${quoted("functions")}\\s*\\.\\s*${quoted(name)}\\s*\\]\\s*(#.*)?$`,
  );
  const at = lines.findIndex((line) => header.test(line.trimEnd()));
  if (at < 0) return undefined;
  const next = lines.findIndex((line, index) => index > at && /^\s*\[/.test(line));
  return { header: at, end: next < 0 ? lines.length : next };
}

function expected(config: Config, edit: ConfigEdit): Config {
  const { add, openDoor, withoutMap, withoutEntrypoint } = edit;
  const functions = { ...config.functions };
  for (const name of add) functions[name] = { verify_jwt: false };
  for (const name of openDoor) functions[name] = { ...functions[name], verify_jwt: false };
  for (const name of withoutMap) functions[name] = { ...functions[name], import_map: undefined };
  for (const name of withoutEntrypoint) {
    functions[name] = { ...functions[name], entrypoint: undefined };
  }
  return { ...config, functions };
}

function meansTheSame(config: Config, text: string): boolean {
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
  try {
    return isDeepStrictEqual(plain(config), plain(parseConfig(text)));
  } catch {
    return false;
  }
}
