import { dirname } from "node:path";
import { applyPlan } from "../../tools/add/apply.ts";
import { makePlan, type Plan, type PlanOptions } from "../../tools/add/plan.ts";
import { lstat, readProject } from "../../tools/add/project.ts";
import { readRelease, type Release } from "../../tools/add/release.ts";

export const RELEASE = readRelease();

/** A Supabase project in a temporary folder. */
export interface ScratchProject extends Disposable {
  readonly dir: string;
  write(files: Record<string, string>): void;
  read(path: string): string;
  /** The text of each file by its path; a link's is `-> target`. */
  all(): Record<string, string>;
  plan(options?: Partial<PlanOptions>): Plan;
  /** Plans, and applies what is not refused. */
  add(options?: Partial<PlanOptions>): Plan;
}

export function scratchProject(files: Record<string, string> = OWN_PROJECT): ScratchProject {
  const dir = Deno.makeTempDirSync({ prefix: "add-" });
  const project: ScratchProject = {
    dir,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        Deno.mkdirSync(dirname(`${dir}/${path}`), { recursive: true });
        Deno.writeTextFileSync(`${dir}/${path}`, text);
      }
    },
    read: (path) => Deno.readTextFileSync(`${dir}/${path}`),
    all: () => Object.fromEntries(textsIn(dir, "")),
    plan: (options = {}) => {
      const more = options.client ? [options.client.folder] : [];
      return makePlan({ release: RELEASE, project: readProject(dir, more), ...options });
    },
    add(options) {
      const plan = project.plan(options);
      if (plan.refusals.length === 0) applyPlan(dir, plan);
      return plan;
    },
    [Symbol.dispose]: () => Deno.removeSync(dir, { recursive: true }),
  };
  project.write(files);
  return project;
}

function textsIn(dir: string, folder: string): [string, string][] {
  return [...Deno.readDirSync(`${dir}/${folder}`)].flatMap(({ name }): [string, string][] => {
    const path = folder + name;
    const info = lstat(`${dir}/${path}`)!;
    if (info.isSymlink) return [[path, `-> ${Deno.readLinkSync(`${dir}/${path}`)}`]];
    return info.isDirectory
      ? textsIn(dir, `${path}/`)
      : [[path, Deno.readTextFileSync(`${dir}/${path}`)]];
  });
}

/** The release with some of its files changed; `undefined` takes one away. */
export function laterRelease(
  changes: Record<string, string | undefined>,
  migrations = RELEASE.migrations,
): Release {
  const files = new Map(RELEASE.files);
  for (const [path, text] of Object.entries(changes)) {
    if (text === undefined) files.delete(path);
    else files.set(path, new TextEncoder().encode(text));
  }
  return { ...RELEASE, version: "99.1.0", files, migrations };
}

export function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/** The paths that a plan changes: comparing the bytes themselves would take minutes where they differ. */
export function changedBy({ changes }: Plan): string[] {
  return changes.map(({ path }) => path);
}

/** The paths of a plan's changes of one kind. */
export function pathsOf({ changes }: Plan, kind: string): string[] {
  return changes.filter((change) => change.kind === kind).map(({ path }) => path);
}

const TEN = [
  "auth-hook",
  "cron",
  "hello",
  "invoices",
  "mail",
  "orders",
  "pay",
  "push",
  "stock",
  "www",
];

/** Ten functions, import maps of three kinds, a `_shared` of its own, migrations of a later date. */
export const OWN_PROJECT: Record<string, string> = {
  "supabase/config.toml":
    'project_id = "shop" # ours\n\n[functions.orders]\nimport_map = "./functions/deno.json"\n\n' +
    "[functions.hello]\nverify_jwt = true",
  "supabase/functions/deno.json": '{ "imports": { "jose": "./_shared/database.ts" } }',
  "supabase/functions/import_map.json": '{ "imports": { "shared/": "./_shared/" } }',
  "supabase/functions/mail/deno.json": '{ "imports": { "zod": "npm:zod@3.0.0" } }',
  "supabase/functions/_shared/cors.ts": "export const headers = {};\n",
  "supabase/functions/_shared/database.ts": "export const orders = [];\n",
  "supabase/migrations/20260101000000_orders.sql": "create table orders (id int);\n",
  "supabase/migrations/20270301120059_later.sql": "create table later (id int);\n",
  "src/main.ts": "export {};\n",
  ...Object.fromEntries(
    TEN.map((name) => [
      `supabase/functions/${name}/index.ts`,
      'import { headers } from "../_shared/cors.ts";\nDeno.serve(() => new Response("", { headers }));\n',
    ]),
  ),
};
