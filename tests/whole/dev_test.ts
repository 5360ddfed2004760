import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { createWppClient } from "../../client/wpp_client.ts";

const DEV = new URL("../../local/dev.ts", import.meta.url).pathname;

function command(args: string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", DEV, ...args],
    env: { NO_COLOR: "1", DATABASE_URL: "", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the command to its end. */
async function dev(args: string[], env?: Record<string, string>) {
  const { code, stdout, stderr } = await command(args, env).output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, printed, errors };
}

/** Adds a number as the demo user; returns whom the simulator has it for. */
async function ownerOfFurtherNumber(printed: string): Promise<string> {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(printed)![1];
  const supabase = createClient(value("API_URL"), value("PUBLISHABLE_KEY"), {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  const user = { email: value("DEMO_EMAIL"), password: value("DEMO_PASSWORD") };
  assert.equal((await supabase.auth.signInWithPassword(user)).error, null);
  const wpp = createWppClient(supabase);
  await wpp.create();
  const { session } = await wpp.create({ another: true });
  const { clients } = await (await fetch(`${value("WPP_BASE_URL")}/simulator/state`)).json();
  return clients.find((one: { session: string }) => one.session === session).owner;
}

Deno.test("deno task dev prints its usage when asked for help", async () => {
  const { code, printed, errors } = await dev(["--help"]);
  assert.deepEqual([code, errors], [0, ""]);
  assert.match(printed, /deno task dev \[--data DIR\] \[--yes-open-this-database\]/);
});

Deno.test("deno task dev ends with 1 and a sentence when it is called wrongly", async () => {
  const wrong: [string[], Record<string, string>, RegExp][] = [
    [["--data"], {}, /^Cannot read the arguments: they are \[--data DIR\]/],
    [["--date", "x"], {}, /^Cannot read the arguments/],
    [["x"], {}, /^Cannot read the arguments/],
    [[], { PORT: "http" }, /^Cannot use PORT: it must be a whole number from 0 to 65535$/],
    [
      [],
      { DEMO_ORGANIZATION: " shop" },
      /^Cannot use DEMO_ORGANIZATION: an organization is a text/,
    ],
    [[], { WPP_BASE_URL: "platform" }, /^Cannot use WPP_BASE_URL: it must be an http\(s\) URL$/],
  ];
  for (const [args, env, says] of wrong) {
    const { code, printed, errors } = await dev(args, env);
    assert.deepEqual([code, printed], [1, ""], args.join(" "));
    assert.match(errors.trim(), says);
  }
});

Deno.test(
  "deno task dev prints what is needed, shares WPP_SECRET, keeps its data, and ends with Ctrl-C",
  {
    sanitizeOps: false,
    sanitizeResources: false,
  },
  async () => {
    const directory = await Deno.makeTempDir();
    const secret = { WPP_SECRET: " shared-with-the-simulator " };
    const env = { PORT: "0", WPP_BASE_URL: "", DEMO_ORGANIZATION: "shop", ...secret };
    const child = command(["--data", directory], env).spawn();
    const errors = new Response(child.stderr).text();
    let printed = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      if (!printed.includes("DEMO_PASSWORD=")) continue;
      try {
        assert.match(await ownerOfFurtherNumber(printed), /^shop__wpp__[0-9a-f]{8}$/);
      } finally {
        child.kill("SIGINT");
      }
    }
    assert.equal((await child.status).code, 130, await errors);
    const names = printed.trim().split("\n").map((line) => line.split("=")[0]);
    assert.deepEqual(names, [
      "API_URL",
      "PUBLISHABLE_KEY",
      "SECRET_KEY",
      "JWT_SECRET",
      "WPP_BASE_URL",
      "DEMO_EMAIL",
      "DEMO_ORGANIZATION",
      "DEMO_PASSWORD",
    ]);
    assert.ok((await Array.fromAsync(Deno.readDir(directory))).length > 0);
    await Deno.remove(directory, { recursive: true });
  },
);
