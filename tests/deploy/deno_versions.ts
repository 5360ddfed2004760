import { denoEnvironment } from "../../local/functions.ts";

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

/** What a Deno of either version needs of the environment. */
export function anyDenoEnvironment(): Record<string, string> {
  // Deno 2.1 brings certificates of its own, which lack those of a company's proxy.
  return { ...denoEnvironment(), DENO_TLS_CA_STORE: "system,mozilla", NO_COLOR: "1" };
}
