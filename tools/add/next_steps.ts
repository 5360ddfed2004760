/** What to do after a run, as far as it can be told from the project. */
import { MANIFEST_PATH, REPLACED_FOLDER } from "./manifest.ts";
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
  const steps = [`Look at what changed, and commit it with ${MANIFEST_PATH}.`];
  if (changed.some((path) => path.startsWith(`${REPLACED_FOLDER}/`))) {
    steps.push(`Take over what you need of ${REPLACED_FOLDER}/, then delete it.`);
  }
  if (!plan.isUpdate) {
    steps.push(
      `Not linked yet? ${CLI} login, then ${CLI} link --project-ref <ref>`,
      `${CLI} secrets set WPP_BASE_URL=… WPP_ENCRYPTION_KEYS=…   (a key: npx -y deno@2.9.6 task keygen, here)`,
    );
  }
  if (migrations) {
    steps.push(
      `${CLI} db push --remote${isLate(project, plan) ? " --include-all" : ""}` +
        "   (without --remote it goes to a local `supabase start`)",
    );
  }
  if (functions) {
    const atOnce = migrations && plan.isUpdate
      ? "At once, since functions and tables go together: "
      : "";
    steps.push(`${atOnce}${CLI} functions deploy --use-api ${release.functions.join(" ")}`);
  }
  steps.push(
    "npx -y deno@2.9.6 task doctor --url https://<ref>.supabase.co --key <publishable key>   (here)",
  );
  if (plan.isUpdate) steps.push("Read in UPDATING.md (here) what behaves differently now.");
  if (client && changed.some((path) => path.startsWith(`${client}/`))) {
    // Not `npm install` of the folder: from behind the link that it makes, React is not found.
    const packed = `wpp-messenger-client-${release.version}.tgz`;
    steps.push(
      `In your frontend: npm pack <path to ${client}>, then npm install ./${packed}   ` +
        `(commit this file, and ${client}/dist/, also where a .gitignore names such folders)`,
    );
  }
  return steps;
}

/** Whether others come after our new ones, and may have been pushed. */
function isLate({ entries }: Project, { changes }: Plan): boolean {
  const added = changes.map(({ path }) => path)
    .filter((path) => path.startsWith("supabase/migrations/"));
  const present = [...entries.keys()]
    .filter((path) => /^supabase\/migrations\/\d+_.*\.sql$/.test(path));
  return added.some((path) => present.some((other) => other > path));
}
