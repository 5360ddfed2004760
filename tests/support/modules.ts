/** The deployed modules as text: what each imports, and in which room it lives. */
export const FUNCTIONS_FOLDER = new URL("../../supabase/functions/", import.meta.url);

export interface Module {
  /** Below `supabase/functions/`. */
  path: string;
  source: string;
  /** The specifiers, as they are written. */
  imports: string[];
}

export async function readModules(folder = FUNCTIONS_FOLDER, below = ""): Promise<Module[]> {
  const found: Module[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = below + entry.name;
    if (entry.isDirectory) {
      found.push(...await readModules(new URL(`${entry.name}/`, folder), `${path}/`));
    } else if (path.endsWith(".ts")) {
      const source = await Deno.readTextFile(new URL(entry.name, folder));
      found.push({ path, source, imports: importsOf(source) });
    }
  }
  return found;
}

function importsOf(source: string): string[] {
  const statements = source.matchAll(
    /^(?:import|export)\b[^"';]*?\bfrom "([^"]+)"|^import "([^"]+)"|import\("([^"]+)"\)/gms,
  );
  return [...statements].map(([, ...specifiers]) => specifiers.find(Boolean)!);
}

/** The room of a module: a folder of `_shared/wpp/`, or the name of a file beside them. */
export function roomOf(path: string): string {
  if (/^wpp-[\w-]+\/index\.ts$/.test(path)) return "wpp-*";
  if (path === "_shared/wpp.ts") return "wpp.ts";
  return /^_shared\/wpp\/([\w-]+)(\/|\.ts$)/.exec(path)?.[1] ?? path;
}

/** What each room may import, beside itself; written from the top down. */
const BASE = ["contract", "env", "errors", "version", "lib", "deps"];
export const ARROWS: Record<string, string[]> = {
  "wpp-*": [
    "user_endpoint",
    "webhook_endpoint",
    "server_endpoint",
    "http",
    "messages",
    "connections",
    "wpp.ts",
    ...BASE,
  ],
  webhook_endpoint: ["context", "http", "auth", "messages", ...BASE],
  server_endpoint: ["context", "diagnosis", "http", "auth", ...BASE],
  user_endpoint: ["context", "diagnosis", "http", "auth", ...BASE],
  diagnosis: ["auth", "platform", ...BASE],
  context: [
    "diagnosis",
    "http",
    "auth",
    "messages",
    "connections",
    "wpp.ts",
    "platform",
    "store",
    ...BASE,
  ],
  http: BASE,
  auth: BASE,
  messages: ["connections", "wpp.ts", "platform", "store", ...BASE],
  connections: ["wpp.ts", "platform", "store", ...BASE],
  "wpp.ts": ["platform", ...BASE],
  platform: BASE,
  store: BASE,
  contract: ["errors", "deps"],
  env: ["env_forms", "errors", "lib", "deps"],
  env_forms: ["lib", "deps"],
  errors: [],
  version: [],
  lib: [],
  deps: [],
};

/** A sentence for each import that goes up, sideways, or out of the deployed code. */
export function wrongImports(modules: Module[]): string[] {
  return modules.flatMap(({ path, imports }) =>
    imports.flatMap((specifier) => {
      const problem = wrongImport(path, specifier);
      return problem ? [`${path} imports ${specifier}: ${problem}`] : [];
    })
  );
}

function wrongImport(path: string, specifier: string): string | undefined {
  const room = roomOf(path);
  const arrows = ARROWS[room];
  if (!arrows) return `"${room}" is no room; see docs/architecture.md`;
  if (specifier.startsWith("npm:")) {
    return room === "deps" ? undefined : "packages are imported in deps/ alone";
  }
  if (specifier === "node:crypto") return undefined;
  if (!specifier.startsWith(".")) return "it is neither a file nor a package with its version";
  const { href } = new URL(specifier, new URL(path, FUNCTIONS_FOLDER));
  if (!href.startsWith(FUNCTIONS_FOLDER.href)) return "it is not deployed";
  const target = roomOf(href.slice(FUNCTIONS_FOLDER.href.length));
  if (target === room && room !== "wpp-*") return undefined;
  return arrows.includes(target) ? undefined : `${room} may not know ${target}`;
}
