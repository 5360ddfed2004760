/** `deno task add DIR`: puts this project into a Supabase project, or updates it there. */
import { resolve } from "node:path";
import { applyPlan } from "./apply.ts";
import { type Arguments, HELP, readArguments } from "./arguments.ts";
import { clientFiles } from "./client.ts";
import { MANIFEST_PATH, parseManifest } from "./manifest.ts";
import { nextSteps } from "./next_steps.ts";
import { makePlan, type Plan } from "./plan.ts";
import { readProject } from "./project.ts";
import { NotAProject, projectFolder } from "./project_folder.ts";
import { readRelease } from "./release.ts";
import { planReport } from "./report.ts";

/** What the program ends with; `--help` explains it. */
export const EXIT = { done: 0, toDo: 1, calledWrongly: 2, refused: 3 } as const;

if (import.meta.main) {
  // `deno task` changes to the folder of its deno.json; DIR is meant from where it was called.
  Deno.exit(await main(Deno.args, Deno.env.get("INIT_CWD") ?? Deno.cwd()));
}

async function main(args: string[], cwd: string): Promise<number> {
  let parsed: Arguments | undefined;
  let dir: string;
  try {
    parsed = readArguments(args);
    if (!parsed) return console.log(HELP), EXIT.done;
    dir = projectFolder(resolve(cwd, parsed.dir));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return error instanceof NotAProject ? EXIT.refused : EXIT.calledWrongly;
  }
  return await add(dir, parsed);
}

/** Plans, tells, and does it. Returns the exit code. */
async function add(dir: string, { check, replace, client }: Arguments): Promise<number> {
  const release = readRelease();
  const earlierFolder = clientThere(dir);
  const folder = client ?? earlierFolder;
  const clientFolders = new Set([earlierFolder ?? [], folder ?? []].flat());
  const project = readProject(dir, [...clientFolders]);
  const wanted = folder ? { folder, files: await clientFiles() } : undefined;
  const plan = makePlan({ release, project, replace, client: wanted });
  console.log(`wpp-messenger ${release.version} in ${dir}\n`);
  const isRefused = plan.refusals.length > 0;
  if (!check && !isRefused && !applied(dir, plan)) return EXIT.toDo;
  console.log(planReport(plan, { check }));
  if (isRefused) return EXIT.refused;
  if (plan.changes.length === 0) return EXIT.done;
  if (check) return EXIT.toDo;
  const steps = nextSteps({ plan, project, release, client: folder });
  console.log(`\nWhat to do next:\n${steps.map((step, at) => `  ${at + 1}. ${step}`).join("\n")}`);
  return EXIT.done;
}

/** Whether all could be written. */
function applied(dir: string, plan: Plan): boolean {
  const done: string[] = [];
  try {
    applyPlan(dir, plan, ({ path }) => done.push(path));
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(`${done.length} of ${plan.changes.length} changes are done: run it again.`);
    return false;
  }
}

/** Where an earlier run put the client: what was asked for once is kept up to date. */
function clientThere(dir: string): string | undefined {
  try {
    return parseManifest(Deno.readTextFileSync(`${dir}/${MANIFEST_PATH}`)).client;
  } catch {
    return undefined; // the plan says what is wrong with it
  }
}
