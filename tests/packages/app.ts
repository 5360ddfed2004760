/** An app in a folder of its own, as a user of the client would make it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Fence, page, ROOT } from "../docs/pages.ts";

const FOLDER = await Deno.makeTempDir();
// The page calls this repository so.
await Deno.symlink(fileURLToPath(ROOT), `${FOLDER}/wpp-messenger`);
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

const ENVIRONMENT = {
  NO_COLOR: "1",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_prefer_offline: "true",
  npm_config_update_notifier: "false",
  NEXT_TELEMETRY_DISABLED: "1",
  NEXT_PUBLIC_SUPABASE_URL: "http://127.0.0.1:54321",
  NEXT_PUBLIC_SUPABASE_KEY: "sb_publishable_test",
};

/** The fence of docs/frontend.md with this title. */
export function example(title: string): Fence {
  const found = page("docs/frontend.md").fences.filter((one) => one.title === title);
  assert.equal(found.length, 1, `docs/frontend.md has one fence with the title ${title}`);
  return found[0];
}

export class App {
  readonly folder: string;

  constructor(name: string) {
    this.folder = `${FOLDER}/${name}`;
  }

  /** Runs shell commands in the folder, or where `at` says; gives what they print. */
  async run(commands: string, at = this.folder): Promise<string> {
    await Deno.mkdir(at, { recursive: true });
    const { success, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-euc", commands],
      cwd: at,
      env: ENVIRONMENT,
      stdin: "null",
    }).output();
    const [printed, errors] = [stdout, stderr].map((one) => new TextDecoder().decode(one));
    assert.ok(success, `${commands}\n${printed}${errors}`);
    return printed!;
  }

  /** Makes it from a template: a command that is run beside it. */
  async make(command: string): Promise<void> {
    await this.run(command, FOLDER);
  }

  async write(path: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/${path}`, text);
  }

  async read(path: string): Promise<string> {
    return await Deno.readTextFile(`${this.folder}/${path}`);
  }
}
