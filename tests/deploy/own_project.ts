import { anyDenoEnvironment } from "./deno_versions.ts";
import { REPOSITORY } from "./repository.ts";

/** How the functions of the project come to their import map. */
export type ImportMapKind = "deno.json" | "import_map.json";

/** The functions that the project has already, and that the tests run. */
export const OWN_FUNCTIONS = ["hello", "orders"];
/** More of them, which are deployed alone. */
export const IDLE_FUNCTIONS = "cron invoices mail pay push stock webhook www".split(" ");

const IDLE = `export default { fetch: () => new Response() };\n`;

const HELLO = `import { corsHeaders } from "../_shared/cors.ts";

export default {
  fetch(request: Request): Response {
    if (request.method === "OPTIONS") return new Response("ok", { headers: corsHeaders });
    return Response.json({ hello: "from a project of my own" }, { headers: corsHeaders });
  },
};
`;

const ORDERS = `import { orders } from "jose";
import { z } from "schema";

const shape = z.array(z.object({ id: z.number(), total: z.number() }));

export default {
  fetch: () => Response.json(shape.parse(orders), { headers: { "x-from": "orders" } }),
};
`;

const CORS = `export const corsHeaders = {
  "Access-Control-Allow-Origin": "https://shop.example.com",
  "Access-Control-Allow-Headers": "authorization, x-client-info, apikey, x-shop",
};
`;

/** One name is a package's of ours, for something else; one stands for a package of ours. */
const IMPORTS = { jose: "./_shared/database.ts", schema: "npm:zod@4.6.7" };

/** Makes a Supabase project with functions of its own, committed to git, in an empty folder. */
export async function makeOwnProject(folder: string, map: ImportMapKind): Promise<void> {
  const files = {
    "supabase/.gitignore": ".temp\n", // as `supabase init` makes it
    "supabase/config.toml": configToml(map),
    [`supabase/functions/${map}`]: JSON.stringify({ imports: IMPORTS }),
    "supabase/functions/_shared/cors.ts": CORS,
    "supabase/functions/_shared/database.ts": "export const orders = [{ id: 1, total: 990 }];\n",
    "supabase/functions/hello/index.ts": HELLO,
    "supabase/functions/orders/index.ts": ORDERS,
    "supabase/functions/mail/deno.json": '{ "imports": { "zod": "npm:zod@3.25.76" } }\n',
    "supabase/migrations/20260101000000_orders.sql": "create table public.orders (id int);\n",
    "supabase/migrations/20270301120000_later.sql": "alter table public.orders add total int;\n",
    ...Object.fromEntries(
      IDLE_FUNCTIONS.map((name) => [`supabase/functions/${name}/index.ts`, IDLE]),
    ),
  };
  for (const [path, content] of Object.entries(files)) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, content);
  }
  await git(folder, "init", "--quiet");
  await git(folder, "add", "--all");
  const author = ["-c", "user.name=Owner", "-c", "user.email=owner@example.com"];
  await git(folder, ...author, "commit", "--quiet", "--message", "My project");
}

/** Runs `task add` for the project, and returns what it printed. Throws when it does not end with 0. */
export async function addTo(folder: string, ...flags: string[]): Promise<string> {
  const args = ["run", "-A", `${REPOSITORY}/tools/add/add.ts`, folder, ...flags];
  return await run(Deno.execPath(), args, REPOSITORY, anyDenoEnvironment());
}

/** What git sees as changed, each line as `git status --porcelain` prints it. */
export async function changes(folder: string): Promise<string[]> {
  const printed = await git(folder, "status", "--porcelain", "--untracked-files=all");
  return printed.split("\n").filter((line) => line !== "");
}

/** The CLI finds an import_map.json by itself; a deno.json has to be named. */
function configToml(map: ImportMapKind): string {
  const named = map === "deno.json" ? `import_map = "./functions/deno.json"\n` : "";
  // The last line has no end: some editors leave it so.
  return `project_id = "own-project"\n\n[functions.orders]\n${named}\n[functions.hello]\nverify_jwt = true`;
}

async function git(folder: string, ...args: string[]): Promise<string> {
  return await run("git", args, folder, {});
}

/** Without the settings of whoever runs the tests. */
async function run(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd,
    clearEnv: true,
    env: { ...env, PATH: Deno.env.get("PATH") ?? "", GIT_CONFIG_NOSYSTEM: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot run ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
