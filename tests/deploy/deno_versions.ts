/** The oldest Deno that the functions must run on, which is what the hosted runtime is, and ours. */
export const DENO_VERSIONS = ["2.1.4", "2.9.6"] as const;

export type DenoVersion = typeof DENO_VERSIONS[number];

const PRINT_PATH = "console.log(Deno.execPath())";

/** The path of a Deno of this version: the running one, or the npm registry's. */
export async function denoExecutable(version: DenoVersion): Promise<string> {
  if (Deno.version.deno === version) return Deno.execPath();
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", `deno@${version}`, "eval", "--no-config", "--no-lock", PRINT_PATH],
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout).trim();
  throw new Error(`Cannot run Deno ${version}: ${new TextDecoder().decode(stderr)}`);
}

/** What Deno itself needs of the environment: its cache, its registry and the way there. */
export function denoEnvironment(): Record<string, string> {
  const names = [
    ...["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "NPM_CONFIG_REGISTRY", "DENO_CERT"],
    ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"],
  ];
  const set = names.map((name) => [name, Deno.env.get(name)] as const);
  const present = set.filter((pair): pair is [string, string] => pair[1] !== undefined);
  // Deno 2.1 brings certificates of its own, which lack those of a company's proxy.
  return { ...Object.fromEntries(present), DENO_TLS_CA_STORE: "system,mozilla", NO_COLOR: "1" };
}
