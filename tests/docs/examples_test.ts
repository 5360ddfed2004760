import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { parseHTML } from "linkedom";
import assert from "node:assert/strict";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Stack, startStack } from "../../local/stack.ts";
import { migratedImage } from "../support/database_image.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The code of the README's fence with this title. */
function example(language: string, title: string): string {
  const fence = new RegExp(`^\`\`\`${language} title="${title}"\n(.*?)^\`\`\`$`, "ms").exec(README);
  assert.ok(fence, `README.md has no \`\`\`${language} title="${title}"`);
  return fence[1];
}

let running: Promise<Stack> | undefined;
Deno.test.afterAll(async () => void await (await running)?.stop());

/** A signed-in user of a stack in which nothing is connected; the tests share its processes. */
async function signedIn() {
  running ??= migratedImage().then((image) => startStack({ port: 0, quiet: true, image }));
  const stack = await running;
  await stack.database.exec("truncate public.messenger_integrations, public.messenger_messages");
  stack.simulator!.reset();
  const supabase = createClient(stack.url, stack.publishableKey, {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  const { error } = await supabase.auth.signInWithPassword(stack.demo);
  assert.equal(error, null);
  return { stack, supabase, simulator: stack.simulator! };
}

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("the README's functions.invoke example sends a message", options, async () => {
  const code = stripTypeScriptTypes(example("ts", "invoke"));
  const { supabase, simulator } = await signedIn();
  simulator.settings.startingFor = 0;
  const [image, waiting, refused] = await run(code, supabase);
  assert.match(image, /^data:image\//);
  assert.equal(waiting, "qr_required");
  assert.match(refused, /^not_connected .+ [\da-f-]{36}$/);
  simulator.scan(simulator.clients[0].session);
  const [status, sent] = await run(code, supabase);
  assert.equal(status, "connected");
  assert.match(sent, /^accepted [\da-f-]{36}$/);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello"]);
});

Deno.test("the README's curl commands go through the journey", options, async () => {
  const script = example("sh", "curl");
  const { stack, simulator } = await signedIn();
  const env = { API_URL: stack.url, PUBLISHABLE_KEY: stack.publishableKey };
  const curl = async () => {
    const command = new Deno.Command("sh", { args: ["-euc", script], env });
    const { stdout, stderr } = await command.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    const text = new TextDecoder().decode(stdout).replaceAll("}{", "}\n{");
    return text.trim().split("\n").map((line) => JSON.parse(line));
  };
  const [created, , , refused] = await curl();
  assert.equal(created.created, true);
  assert.equal(refused.error.code, "not_connected");
  simulator.scan(created.session);
  const [again, qr, status, sent] = await curl();
  assert.equal(again.created, false);
  assert.equal(qr.state, "connected");
  assert.equal(status.status, "connected");
  assert.equal(sent.status, "accepted");
});

// These leave a page behind, which React's scheduler asks for after its end: they come last.
Deno.test("the README's React hook connects a component", options, async () => {
  const { Connect } = await importConnect();
  const { supabase, simulator } = await signedIn();
  const { root, dom } = await render(Connect, supabase);
  assert.equal(dom.textContent, "One moment…");
  await until(() => dom.querySelector("img"));
  assert.match(dom.querySelector("img")!.getAttribute("src")!, /^data:image\//);
  assert.match(dom.querySelector("figcaption")!.textContent, /^Valid for \d+ s$/);
  simulator.scan(simulator.clients[0].session);
  await until(() => dom.textContent === "WhatsApp is connected.");
  root.unmount();
  assert.equal(simulator.countOf("create"), 1);
});

Deno.test("the README's React hook stops asking when its component goes", options, async () => {
  const { Connect } = await importConnect();
  const asked = Promise.withResolvers<AbortSignal>();
  const supabase = createClient("http://project.test", "key", {
    accessToken: () => Promise.resolve("token"),
    auth: { autoRefreshToken: false, persistSession: false },
    global: {
      fetch: (_, init) => {
        asked.resolve(init!.signal!);
        return new Promise(() => {});
      },
    },
  });
  const { root } = await render(Connect, supabase);
  const signal = await asked.promise;
  assert.equal(signal.aborted, false);
  root.unmount();
  await until(() => signal.aborted);
});

/** Runs code in which `supabase` is signed in; gives what it printed. */
async function run(code: string, supabase: SupabaseClient): Promise<string[]> {
  const lines: string[] = [];
  const console = { log: (...words: unknown[]) => lines.push(words.join(" ")) };
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  await new AsyncFunction("supabase", "console", code)(supabase, console);
  return lines;
}

let imported: ReturnType<typeof checkAndImport> | undefined;

/** The README's component; the tests share one check of its types, which takes seconds. */
function importConnect() {
  return imported ??= checkAndImport(example("tsx", "react"));
}

/** Type-checks a component's file and imports it, as if it were in `src/`. */
async function checkAndImport(code: string) {
  await using stopped = new AsyncDisposableStack();
  const root = new URL("../..", import.meta.url);
  const directory = await Deno.makeTempDir();
  stopped.defer(() => Deno.remove(directory, { recursive: true }));
  const file = `${directory}/example.tsx`;
  const placed = code.replaceAll('"../client/', `"${new URL("client/", root)}`)
    .replace(/^(?=import .* from "react";$)/m, '// @ts-types="@types/react"\n');
  const pragmas = "/** @jsxImportSource react */\n/** @jsxImportSourceTypes @types/react */\n";
  await Deno.writeTextFile(file, pragmas + placed);
  const args = ["check", "--quiet", "--config", fileURLToPath(new URL("deno.json", root)), file];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return await import(pathToFileURL(file).href);
}

/** As much of an element as is looked at here. */
interface Dom {
  textContent: string;
  querySelector(selector: string): Dom | null;
  getAttribute(name: string): string | null;
}

async function render(
  // deno-lint-ignore no-explicit-any -- React's types are not ours to need
  component: any,
  supabase: SupabaseClient,
) {
  const page = parseHTML("<!doctype html><html><body><div></div></body></html>");
  const { window, document } = page as unknown as { window: unknown; document: Dom };
  Object.assign(globalThis, { window, document });
  const { createElement } = await import("react");
  const { createRoot } = await import("react-dom/client");
  const dom = document.querySelector("div")!;
  const root = createRoot(dom as never);
  root.render(createElement(component, { supabase }));
  await until(() => dom.textContent !== "");
  return { root, dom };
}

/** Resolves when a condition holds; rejects after 20 s. */
async function until(condition: () => unknown): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not so after 20 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
