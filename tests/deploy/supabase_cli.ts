/** The real Supabase CLI, which reaches nothing but a stand-in for the Management API. */

export const CLI = "supabase@3.1.0";
/** The project that is deployed to; shaped as the CLI demands it. */
export const PROJECT_REF = "abcdefghijklmnopqrst";
/** Shaped as the CLI demands it; no server but the stand-in ever sees it. */
export const ACCESS_TOKEN = `sbp_${"0".repeat(40)}`;

/**
 * Runs `supabase functions deploy --use-api` in a folder that holds the repository, against a
 * Management API. What the CLI keeps goes to `home`.
 *
 * @throws with all that the CLI printed, when it fails.
 */
export async function deployFunctions(
  { repository, apiUrl, home }: { repository: string; apiUrl: string; home: string },
): Promise<void> {
  await run(await cliPath(), {
    args: [
      ...["functions", "deploy", "--use-api", "--yes"],
      ...["--profile", await writeProfile(home, apiUrl), `--remote=${PROJECT_REF}`],
    ],
    cwd: repository,
    clearEnv: true,
    env: { ...cliEnvironment(home), SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN },
  });
}

/** Writes the file that leads the CLI to a Management API, and returns its path. */
export async function writeProfile(home: string, apiUrl: string): Promise<string> {
  const profile = `${home}/profile.yaml`;
  await Deno.writeTextFile(
    profile,
    `name: test\napi_url: ${apiUrl}\ndashboard_url: ${apiUrl}\nproject_host: localhost\n`,
  );
  return profile;
}

/** Its whole environment but for an access token. */
export function cliEnvironment(home: string): Record<string, string> {
  return {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: home,
    SUPABASE_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    HTTPS_PROXY: "http://127.0.0.1:9",
  };
}

/** Has npx fetch it, and returns its path. */
export async function cliPath(): Promise<string> {
  const printed = await run("npx", { args: ["-y", "-p", CLI, "-c", "command -v supabase"] });
  return printed.trim().split("\n").at(-1)!;
}

async function run(command: string, options: Deno.CommandOptions): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, options).output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (success) return printed;
  throw new Error(`Cannot run ${command} ${options.args?.join(" ")}:\n${printed}${errors}`);
}
