/** What a run would do. It is decided as a whole, over a snapshot, before anything is written. */
import { planConfig } from "./config.ts";
import { contentHash } from "./content_hash.ts";
import { planFiles } from "./files.ts";
import { isKnown, KNOWN_PATHS } from "./known_versions.ts";
import { planLeftovers } from "./leftovers.ts";
import { isLater, type Manifest, MANIFEST_PATH, manifestText, parseManifest } from "./manifest.ts";
import { planMigrations } from "./migrations.ts";
import { obstacleTo } from "./obstacle.ts";
import { CONFIG_PATH, hasConfig, type Project } from "./project.ts";
import type { Change, Remark } from "./planning.ts";
import type { Release } from "./release.ts";

export interface Plan {
  /** In the order in which they are applied; the manifest comes last. */
  changes: Change[];
  /** Where there is one, nothing is done. */
  refusals: Remark[];
  /** What the user should know; it stops nothing. */
  notes: Remark[];
  /** Whether this project was there already, in whatever version. */
  isUpdate: boolean;
}

export interface PlanOptions {
  release: Release;
  project: Project;
  replace?: boolean;
  /** The client's package and its folder, where it is wanted. */
  client?: { folder: string; files: Map<string, Uint8Array> };
}

export function makePlan({ release, project, replace = false, client }: PlanOptions): Plan {
  const { manifest, refusal } = readManifest(project, release);
  const obstacles = [missingProject(project) ?? [], refusal ?? []].flat();
  if (obstacles.length > 0) {
    return { changes: [], refusals: obstacles, notes: [], isUpdate: manifest !== undefined };
  }

  const files = new Map(release.files);
  for (const [path, bytes] of client?.files ?? []) files.set(`${client?.folder}/${path}`, bytes);
  const planning = { release, project, replace, manifest, files };
  const written = planFiles(planning);
  const migrations = planMigrations(planning);
  const leftovers = planLeftovers(planning);
  const config = planConfig(planning);
  const parts = [written, config, migrations, leftovers];
  const changes = parts.flatMap((part) => part.changes);
  const refusals = [
    ...parts.flatMap((part) => part.refusals),
    ...changes.flatMap(({ path }) => obstacleTo(project, path) ?? []),
  ];
  const next = {
    version: release.version,
    client: client?.folder ?? manifest?.client,
    files: { ...written.hashes, ...leftovers.hashes },
    migrations: migrations.hashes,
  };
  const plan = {
    changes,
    refusals: withoutRepeats(refusals),
    notes: parts.flatMap((part) => part.notes),
    isUpdate: manifest !== undefined || holdsEarlierVersion(project, release),
  };
  return withManifest(plan, manifestText(next), project);
}

/** The manifest comes last: what was interrupted before is found out by the files themselves. */
function withManifest(plan: Plan, text: string, project: Project): Plan {
  const entry = project.entries.get(MANIFEST_PATH);
  const bytes = new TextEncoder().encode(text);
  if (entry?.kind === "file" && decode(entry.bytes) === text) return plan;
  const change: Change = { kind: entry ? "update" : "add", path: MANIFEST_PATH, bytes };
  const obstacle = obstacleTo(project, MANIFEST_PATH);
  return {
    ...plan,
    changes: [...plan.changes, change],
    refusals: obstacle ? [...plan.refusals, obstacle] : plan.refusals,
  };
}

function readManifest(
  project: Project,
  { version }: Release,
): { manifest?: Manifest; refusal?: Remark } {
  const entry = project.entries.get(MANIFEST_PATH);
  if (!entry) return {};
  const obstacle = obstacleTo(project, MANIFEST_PATH);
  if (obstacle) return { refusal: obstacle };
  const refuse = (says: string) => ({ refusal: { path: MANIFEST_PATH, says } });
  let manifest: Manifest;
  try {
    manifest = parseManifest(entry.kind === "file" ? decode(entry.bytes) : "");
  } catch {
    return refuse("is not what `task add` wrote. Restore it from your history, or delete it.");
  }
  return isLater(manifest.version, version)
    ? refuse(`was written by version ${manifest.version}, which is later than this ${version}.`)
    : { manifest };
}

/** A copy that was made by hand. What is as it is handed out now may be of an interrupted first run. */
function holdsEarlierVersion({ entries }: Project, { files }: Release): boolean {
  return KNOWN_PATHS.some((path) => {
    const entry = entries.get(path);
    if (entry?.kind !== "file" || !entry.bytes) return false;
    const hash = contentHash(entry.bytes);
    const present = files.get(path);
    return isKnown(path, hash) && !(present && contentHash(present) === hash);
  });
}

/** Without the CLI's own file, DIR may be a slip. */
function missingProject({ entries }: Project): Remark | undefined {
  if (hasConfig(entries)) return undefined;
  if (entries.get("supabase")?.kind === "link") return obstacleTo({ entries }, CONFIG_PATH);
  return {
    path: CONFIG_PATH,
    says: "is not there. DIR must be the folder that holds your supabase/. For a new project run " +
      "`npx supabase@3.1.0 init` in it first.",
  };
}

function decode(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

function withoutRepeats(remarks: Remark[]): Remark[] {
  return [...new Map(remarks.map((remark) => [`${remark.path} ${remark.says}`, remark])).values()];
}
