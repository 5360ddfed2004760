/** What to do after a run, as far as it can be told from the project. */
import type { Plan } from "./plan.ts";
import type { Project } from "./project.ts";
import type { Release } from "./release.ts";

export const CLI = "npx supabase@3.1.0";

export interface Situation {
  plan: Plan;
  project: Project;
  release: Release;
  /** The folder of the client's package, where it is there. */
  client?: string;
}

/** Sentences and commands, in their order. */
export function nextSteps({ plan, project, release, client }: Situation): string[] {
  const changed = plan.changes.map(({ path }) => path);
  const migrations = changed.some((path) => path.startsWith("supabase/migrations/"));
  const functions = changed.some((path) => path.startsWith("supabase/functions/"));
  const steps = ["Look at what changed, and commit it with supabase/wpp.json."];
  if (changed.some((path) => path.startsWith("supabase/wpp-replaced/"))) {
    steps.push("Take over what you need of supabase/wpp-replaced/, then delete it.");
  }
  if (!plan.isUpdate) {
    steps.push(
      `Not linked yet? ${CLI} login, then ${CLI} link --project-ref <ref>`,
      `${CLI} secrets set WPP_BASE_URL=… WPP_ENCRYPTION_KEYS=…   (a key: npx -y deno@2.9.6 task keygen, here)`,
    );
  }
  if (migrations) steps.push(`${CLI} db push --remote${order(project, plan)}`);
  if (functions) steps.push(`${CLI} functions deploy --use-api ${release.functions.join(" ")}`);
  if (migrations && functions && plan.isUpdate) {
    steps.push("Do these two in one go: the functions need their migrations.");
  }
  steps.push(
    "npx -y deno@2.9.6 task doctor --url https://<ref>.supabase.co --key <publishable key>   (here)",
  );
  if (client && changed.some((path) => path.startsWith(`${client}/`))) {
    steps.push(`In your frontend: npm install <path to ${client}>`);
  }
  return steps;
}

/** Whether `db push` will meet migrations of ours that are older than others. */
function order({ entries }: Project, { changes }: Plan): string {
  const added = changes.map(({ path }) => path)
    .filter((path) => path.startsWith("supabase/migrations/"));
  const present = [...entries.keys()]
    .filter((path) => /^supabase\/migrations\/\d+_.*\.sql$/.test(path));
  const isLate = added.some((path) => present.some((other) => other > path));
  return isLate ? " --include-all   (yours of a later date may be there already)" : "";
}
