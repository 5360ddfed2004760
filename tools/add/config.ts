/** What the project's configuration says of the functions. */
import { type Config, type ConfigEdit, editConfig, parseConfig, sections } from "./config_toml.ts";
import { obstacleTo } from "./obstacle.ts";
import type { Change, Part, Planning, Remark } from "./planning.ts";
import { CONFIG_PATH, JSON_CONFIG_PATHS, type Project } from "./project.ts";

/** The line that versions with an import map wrote into our sections. */
const OUR_MAP_LINE = "./functions/deno.json";

/** Adds what is missing; what says something else is only changed with `--replace`. */
export function planConfig(planning: Planning): Omit<Part, "hashes"> {
  const path = configPath(planning.project);
  const part = { changes: [] as Change[], refusals: [] as Remark[], notes: [] as Remark[] };
  const obstacle = obstacleTo(planning.project, path);
  if (obstacle) return { ...part, refusals: [obstacle] };
  const text = textAt(planning.project, path);
  const config = text === undefined ? undefined : read(path, text);
  if (text === undefined || !config) {
    part.refusals.push({ path, says: "cannot be read: correct it first." });
    return part;
  }
  const { edit, refusals, notes } = compare(planning, config, path);
  part.notes.push(...notes);
  part.refusals.push(...refusals);
  const isAsItShallBe = Object.values(edit).every((names) => names.length === 0);
  if (isAsItShallBe || refusals.length > 0) return part;
  const edited = path === CONFIG_PATH ? editConfig(text, edit) : undefined;
  if (edited === undefined) part.refusals.push({ path, says: byHand(path, edit) });
  else {
    const bytes = new TextEncoder().encode(edited);
    part.changes.push({ kind: "update", path, bytes, what: inWords(edit) });
  }
  return part;
}

/** The sections of other functions that name a file as their import map. */
export function functionsNaming(project: Project, importMap: string): string[] {
  const path = configPath(project);
  const config = read(path, textAt(project, path) ?? "");
  return Object.entries(config?.functions ?? {}).filter(([name, section]) =>
    !(/^wpp-/.test(name) && section?.import_map === OUR_MAP_LINE) &&
    pathIn(section?.import_map) === importMap
  ).map(([name]) => name);
}

function compare({ release, replace }: Planning, config: Config, path: string) {
  const edit: ConfigEdit = { add: [], openDoor: [], withoutMap: [], withoutEntrypoint: [] };
  const [refusals, notes]: Remark[][] = [[], []];
  for (const name of release.functions) {
    const section = config.functions?.[name];
    if (!section) {
      edit.add.push(name);
      continue;
    }
    if (section.verify_jwt !== false) {
      if (replace) edit.openDoor.push(name);
      else refusals.push({ path, says: closedDoor(name, section.verify_jwt) });
    }
    const ours = `supabase/functions/${name}/index.ts`;
    if (section.entrypoint !== undefined && pathIn(section.entrypoint) !== ours) {
      if (replace) edit.withoutEntrypoint.push(name);
      else refusals.push({ path, says: otherEntrypoint(name, section.entrypoint) });
    }
    if (section.import_map === OUR_MAP_LINE) edit.withoutMap.push(name);
    for (const key of ["import_map", "enabled"]) {
      const value = section[key];
      if (value === undefined || value === OUR_MAP_LINE || value === true) continue;
      const says = `says ${key} = ${
        JSON.stringify(value)
      } in [functions.${name}]: ours need no such line.`;
      notes.push({ path, says });
    }
  }
  return { edit, refusals, notes };
}

function inWords({ add, openDoor, withoutMap, withoutEntrypoint }: ConfigEdit): string {
  const list = (names: string[]) => names.map((name) => `[functions.${name}]`).join(", ");
  const parts = [
    add.length > 0 ? `with ${list(add)}` : "",
    openDoor.length > 0 ? `verify_jwt = false in ${list(openDoor)}` : "",
    withoutMap.length > 0 ? `no import_map in ${list(withoutMap)}` : "",
    withoutEntrypoint.length > 0 ? `no entrypoint in ${list(withoutEntrypoint)}` : "",
  ];
  return parts.filter((part) => part).join("; ");
}

/** The path in the project that a value of the configuration names; it is relative to `supabase/`. */
function pathIn(value: unknown): string | undefined {
  return typeof value === "string"
    ? URL.parse(value, "file:///supabase/")?.pathname.slice(1)
    : undefined;
}

/** Other code would be deployed in place of ours, with nothing that verifies its caller. */
function otherEntrypoint(name: string, entrypoint: unknown): string {
  return `says entrypoint = ${JSON.stringify(entrypoint)} in [functions.${name}]: ours would not ` +
    "run. Delete that line, or run with --replace.";
}

function closedDoor(name: string, verifyJwt: unknown): string {
  const now = verifyJwt === undefined
    ? "lacks verify_jwt = false"
    : `says verify_jwt = ${JSON.stringify(verifyJwt)}`;
  return `${now} in [functions.${name}]. Ours verify the caller themselves, and need false. ` +
    "Write it so, or run with --replace.";
}

function byHand(path: string, edit: ConfigEdit): string {
  const { add, openDoor, withoutMap, withoutEntrypoint } = edit;
  const names = [...new Set([...add, ...openDoor])];
  const wanted = path === CONFIG_PATH
    ? sections(names).trim().replaceAll("\n\n", "\n").replaceAll("\n", "\n      ")
    : `"functions": { ${names.map((name) => `"${name}": { "verify_jwt": false }`).join(", ")} }`;
  const without = [
    ...withoutMap.map((name) => `\n      ${name} without import_map`),
    ...withoutEntrypoint.map((name) => `\n      ${name} without entrypoint`),
  ].join("");
  return `cannot be changed without touching the rest. Write it by hand, then run again:\n      ${wanted}${without}`;
}

/** Where there are both, the CLI reads the JSON. */
function configPath({ entries }: Project): string {
  return [...JSON_CONFIG_PATHS, CONFIG_PATH].find((path) => entries.has(path)) ?? CONFIG_PATH;
}

/** Undefined where it is no UTF-8 text. */
function textAt({ entries }: Project, path: string): string | undefined {
  const entry = entries.get(path);
  if (entry?.kind !== "file" || !entry.bytes) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(entry.bytes);
  } catch {
    return undefined;
  }
}

function read(path: string, text: string): Config | undefined {
  try {
    return path === CONFIG_PATH ? parseConfig(text) : JSON.parse(withoutComments(text));
  } catch {
    return undefined;
  }
}

function withoutComments(json: string): string {
  return json.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "$1")
    .replace(/,(\s*[}\]])/g, "$1");
}
