/** The examples of the pages, and how they are run; tests/whole/examples_test.ts compares the list. */
import type { SupabaseClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Fence, page, ROOT } from "../docs/pages.ts";

export const WITH = example("README.md", "ts", "with");
const WITHOUT = example("README.md", "ts", "without");
export const CLIENT = example("docs/frontend.md", "ts", "client");
export const REACT = example("docs/frontend.md", "tsx", "react");
export const SEND = example("docs/frontend.md", "ts", "send");
export const STORE = example("docs/frontend.md", "ts", "store");
export const MEDIA = example("docs/frontend.md", "ts", "media");
export const CHAT = example("docs/frontend.md", "ts", "chat");
export const CONNECTIONS = example("docs/frontend.md", "ts", "connections");
export const INBOX = example("docs/frontend.md", "ts", "inbox");
export const INBOX_HOOK = example("docs/frontend.md", "tsx", "inbox hook");
export const READING = example("docs/frontend.md", "ts", "reading");
export const PUSH = example("docs/push.md", "ts", "push");
export const INVOKE_FILE = example("docs/media.md", "ts", "invoke file");
export const SHOW_BY_HAND = example("docs/media.md", "ts", "show by hand");
export const INVOKE = example("docs/frontend.md", "ts", "invoke");
export const CURL = example("docs/api.md", "sh", "curl");
export const SERVER_CURL = example("docs/server.md", "sh", "curl");
/** Run by tests/whole/organizations_test.ts. */
const PROFILES = example("docs/deploy.md", "sql", "profiles");
const HOOK = example("docs/deploy.md", "sql", "hook");
/** Run by tests/packages. */
const TEMPLATES = [
  example("docs/frontend.md", "sh", "install"),
  example("docs/frontend.md", "tsx", "vite"),
  example("docs/frontend.md", "tsx", "next"),
];
export const EXAMPLES = [
  ...[WITH, WITHOUT, CLIENT, REACT, SEND, STORE, MEDIA, CHAT, CONNECTIONS, READING, PUSH],
  ...[INVOKE_FILE, SHOW_BY_HAND],
  ...[INVOKE, ...TEMPLATES, INBOX, INBOX_HOOK, CURL, PROFILES, HOOK],
];

/** The page's fence with this title. */
function example(path: string, language: string, title: string): Fence {
  const found = page(path).fences.filter((one) => one.language === language && one.title === title);
  assert.equal(found.length, 1, `${path} has \`\`\`${language} title="${title}" once`);
  return found[0];
}

/** Runs an example in which `supabase` is signed in; gives what it printed. */
export async function run(
  fence: Fence,
  supabase: SupabaseClient,
  img = { src: "" },
): Promise<string[]> {
  const lines: string[] = [];
  const console = { log: (...words: unknown[]) => lines.push(words.join(" ")) };
  const { example } = await importExample(fence);
  await example(supabase, img, console);
  return lines;
}

/** Imports an example; only when all are right by their types. */
export async function importExample(fence: Fence) {
  return await import(pathToFileURL((await placeExamples()).get(fence)!).href);
}

let directory: string | undefined;
let placed: Promise<Map<Fence, string>> | undefined;

/** Writes the examples to files, as if each were one of `src/`, and type-checks them, once. */
export function placeExamples(): Promise<Map<Fence, string>> {
  return placed ??= (async () => {
    directory = await Deno.makeTempDir();
    const files = new Map<Fence, string>();
    const own = EXAMPLES.filter((fence) => !TEMPLATES.includes(fence));
    for (const fence of own.filter(({ language }) => /^tsx?$/.test(language))) {
      const { language, title } = fence;
      const code = fence.code
        .replaceAll('"wpp-messenger-client"', `"${new URL("client/wpp_client.ts", ROOT)}"`)
        .replaceAll('"wpp-messenger-client/react"', `"${new URL("client/react.ts", ROOT)}"`);
      const file = `${directory}/${title}.${language}`;
      await Deno.writeTextFile(file, language === "tsx" ? component(code) : script(code));
      files.set(fence, file);
    }
    const config = fileURLToPath(new URL("deno.json", ROOT));
    const args = ["check", "--quiet", "--config", config, ...files.values()];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return files;
  })();
}

/** Removes the files again. */
export async function removeExamples(): Promise<void> {
  if (directory) await Deno.remove(directory, { recursive: true });
}

function component(code: string): string {
  return "/** @jsxImportSource react */\n/** @jsxImportSourceTypes @types/react */\n" +
    code.replace(/^(?=import .* from "react";$)/m, '// @ts-types="@types/react"\n');
}

/** Lines that stand in a page's code, as a function of what they find there. */
function script(code: string): string {
  const lines = code.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const rest = lines.filter((line) => !line.startsWith("import "));
  return [
    'import type { SupabaseClient } from "@supabase/supabase-js";',
    ...imports,
    "export async function example(",
    "  supabase: SupabaseClient,",
    "  img: { src: string },",
    '  console: Pick<Console, "log">,',
    ") {",
    ...rest,
    "}",
  ].join("\n");
}
