import { clientFolder } from "./client_folder.ts";
import { MIGRATION } from "./migration_dates.ts";

/** What was put into a project, so that the next run can tell the user's changes from ours. */
export interface Manifest {
  version: string;
  /** The client's folder, where it was asked for. */
  client?: string;
  /** SHA-256 of each file as we wrote it, by path. */
  files: Record<string, string>;
  /** SHA-256 of each migration as it was handed out, by its name there: all sets, in their order. */
  migrations: Record<string, string>;
}

/** Beside the functions, not among them: what is there is uploaded or copied to servers. */
export const MANIFEST_PATH = "supabase/wpp.json";
/** Where `--replace` keeps what stood in its way. */
export const REPLACED_FOLDER = "supabase/wpp-replaced";

const ABOUT = "Written by `deno task add` of wpp-messenger. Commit it; do not edit it.";

/** Throws when it is none. */
export function parseManifest(text: string): Manifest {
  const { version, client, files, migrations } = JSON.parse(text);
  const wellFormed = typeof version === "string" && /^\d+\.\d+\.\d+/.test(version) &&
    (client === undefined || typeof client === "string") && isTextRecord(files) &&
    isTextRecord(migrations) && Object.keys(migrations).every((name) => MIGRATION.test(name));
  if (!wellFormed) throw new Error("It is no manifest of ours");
  if (client !== undefined) clientFolder(client);
  return { version, client, files, migrations };
}

export function manifestText(manifest: Manifest): string {
  const { version, client, files, migrations } = manifest;
  const written = {
    about: ABOUT,
    version,
    client,
    files: sorted(files),
    migrations: sorted(migrations),
  };
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** Whether a version is later than another; what follows the three numbers does not count. */
export function isLater(version: string, other: string): boolean {
  const [left, right] = [version, other].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  const at = left.findIndex((number, index) => number !== right[index]);
  return at >= 0 && left[at] > right[at];
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === "string");
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => a < b ? -1 : 1));
}
