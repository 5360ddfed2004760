import { anyDenoEnvironment } from "./deno_versions.ts";
import { type ManagementApi, startManagementApi } from "./management_api.ts";
import { ACCESS_TOKEN, CLI, cliEnvironment, cliPath, writeProfile } from "./supabase_cli.ts";

/** What a command printed, and its exit code. */
export interface Printed {
  code: number;
  text: string;
}

/** A shell in which `npx` gives the real Supabase CLI, led to a stand-in, and this Deno. */
export interface Terminal extends AsyncDisposable {
  readonly api: ManagementApi;
  run(command: string, cwd: string): Promise<Printed>;
}

const NPX = `#!/bin/sh
case "$1 $2" in
  "${CLI} "*) shift; exec "$SUPABASE_CLI" "$@" --profile "$SUPABASE_PROFILE_FILE" ;;
  "-y deno@${Deno.version.deno}") shift 2; HOME="$DENO_HOME" HTTPS_PROXY="$DENO_PROXY" exec "$DENO" "$@" ;;
esac
echo "npx $*: this test knows no such package" >&2
exit 1
`;

/** Opens one whose files lie in `folder`. */
export async function openTerminal(folder: string): Promise<Terminal> {
  const api = await startManagementApi();
  const home = `${folder}/home`;
  await Deno.mkdir(`${home}/bin`, { recursive: true });
  await Deno.writeTextFile(`${home}/bin/npx`, NPX, { mode: 0o755 });
  const own = cliEnvironment(home);
  const env = {
    ...anyDenoEnvironment(),
    ...own,
    PATH: `${home}/bin:${own.PATH}`,
    DENO: Deno.execPath(),
    DENO_HOME: Deno.env.get("HOME") ?? "",
    DENO_PROXY: Deno.env.get("HTTPS_PROXY") ?? "",
    SUPABASE_CLI: await cliPath(),
    SUPABASE_PROFILE_FILE: await writeProfile(home, api.url),
    // What docs/deploy.md says for a machine without a terminal.
    SUPABASE_YES: "1",
    SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN,
  };
  return {
    api,
    async run(command, cwd) {
      const options = { args: ["-euc", command], cwd, env, clearEnv: true };
      const { code, stdout, stderr } = await new Deno.Command("sh", options).output();
      const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      return { code, text: printed + errors };
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}
