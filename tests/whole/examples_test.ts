import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { parseHTML } from "linkedom";
import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SAMPLES } from "../../local/simulator/samples.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { type Fence, page, pages, ROOT } from "../docs/pages.ts";
import { migratedImage } from "../support/database_image.ts";

const WITH = example("README.md", "ts", "with");
const WITHOUT = example("README.md", "ts", "without");
const CLIENT = example("docs/frontend.md", "ts", "client");
const REACT = example("docs/frontend.md", "tsx", "react");
const SEND = example("docs/frontend.md", "ts", "send");
const STORE = example("docs/frontend.md", "ts", "store");
const MEDIA = example("docs/frontend.md", "ts", "media");
const CHAT = example("docs/frontend.md", "ts", "chat");
const CONNECTIONS = example("docs/frontend.md", "ts", "connections");
const INBOX = example("docs/frontend.md", "ts", "inbox");
const INBOX_HOOK = example("docs/frontend.md", "tsx", "inbox hook");
const READING = example("docs/frontend.md", "ts", "reading");
const PUSH = example("docs/push.md", "ts", "push");
const INVOKE_FILE = example("docs/media.md", "ts", "invoke file");
const SHOW_BY_HAND = example("docs/media.md", "ts", "show by hand");
const INVOKE = example("docs/frontend.md", "ts", "invoke");
const CURL = example("docs/api.md", "sh", "curl");
const SERVER_CURL = example("docs/server.md", "sh", "curl");
/** Run by organizations_test.ts. */
const PROFILES = example("docs/deploy.md", "sql", "profiles");
const HOOK = example("docs/deploy.md", "sql", "hook");
/** Run by tests/packages. */
const TEMPLATES = [
  example("docs/frontend.md", "sh", "install"),
  example("docs/frontend.md", "tsx", "vite"),
  example("docs/frontend.md", "tsx", "next"),
];
const EXAMPLES = [
  ...[WITH, WITHOUT, CLIENT, REACT, SEND, STORE, MEDIA, CHAT, CONNECTIONS, READING, PUSH],
  ...[INVOKE_FILE, SHOW_BY_HAND],
  ...[INVOKE, ...TEMPLATES, INBOX, INBOX_HOOK, CURL, PROFILES, HOOK],
];

const DIRECTORY = await Deno.makeTempDir();

/** The page's fence with this title. */
function example(path: string, language: string, title: string): Fence {
  const found = page(path).fences.filter((one) => one.language === language && one.title === title);
  assert.equal(found.length, 1, `${path} has \`\`\`${language} title="${title}" once`);
  return found[0];
}

Deno.test("every example in the pages is checked here", () => {
  const titled = pages.flatMap(({ fences }) => fences)
    .filter(({ page }) => page !== "docs/simulator.md") // run by tests/local/simulator_docs_test.ts
    .filter(({ page }) => page !== "docs/operations.md") // run by tests/docs/operations_test.ts
    .filter(({ page }) => page !== "docs/inbound.md") // run by tests/docs/inbound_test.ts
    .filter(({ page }) => page !== "docs/reacting.md") // run by tests/docs/reacting_test.ts
    .filter(({ page }) => page !== "docs/server.md") // run by tests/docs/server_test.ts, and below
    .filter(({ language, title }) => title !== undefined || /^(ts|tsx|js|jsx|sql)$/.test(language));
  const named = ({ page, title }: Fence) => `${page} ${title}`;
  assert.deepEqual(titled.map(named).sort(), EXAMPLES.map(named).sort());
});

Deno.test("the TypeScript examples are right by their types", async () => {
  assert.equal((await placeExamples()).size, 16);
});

/** A signed-in user of the running stack, on an empty database and a simulator as new. */
async function signedIn() {
  const stack = await running();
  const simulator = stack.simulator!;
  simulator.reset();
  await stack.database.exec(
    "truncate public.messenger_integrations, public.messenger_changes cascade",
  );
  const supabase = createClient(stack.url, stack.publishableKey, {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  const { error } = await supabase.auth.signInWithPassword(stack.demo);
  assert.equal(error, null);
  return { stack, supabase, simulator };
}

let started: Promise<Stack> | undefined;

function running(): Promise<Stack> {
  return started ??= migratedImage().then((image) => startStack({ port: 0, quiet: true, image }));
}

Deno.test.afterAll(async () => {
  await (await started)?.stop();
  await Deno.remove(DIRECTORY, { recursive: true });
});

/** The stack runs on between the tests. */
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("the README's eight lines connect WhatsApp and send a message", options, async () => {
  const { supabase, simulator } = await signedIn();
  const shown: string[] = [];
  const img = {
    set src(image: string) {
      shown.push(image);
      simulator.scan(simulator.clients[0].session);
    },
  };
  await run(WITH, supabase, img);
  assert.match(shown[0], /^data:image\//);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello"]);
});

Deno.test("the typed client's examples go through the journey", options, async () => {
  const { supabase, simulator } = await signedIn();
  simulator.settings.startingFor = 0;
  const lines = await run(CLIENT, supabase);
  assert.match(lines[0], /^wpp-create 201 \d+ ms$/);
  assert.ok(lines.some((line) => line.startsWith("data:image/")));
  assert.equal(lines.at(-1), "qr_required");
  assert.match((await run(SEND, supabase))[0], /^not sent not_connected /);
  simulator.scan(simulator.clients[0].session);
  assert.match((await run(SEND, supabase))[0], /^accepted [\da-f-]{36}$/);
  assert.deepEqual(await run(STORE, supabase), ["accepted"]);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello", "Hello"]);
});

Deno.test("the example of media sends a file, and gives a link to it", options, async () => {
  const { supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  const lines = await run(MEDIA, supabase);
  const [kind, name, link] = lines.pop()!.split(" ");
  assert.deepEqual([...new Set(lines)], ["0 % uploaded", "100 % uploaded"]);
  assert.deepEqual([kind, name], ["document", "orders.csv"]);
  assert.equal(await (await fetch(link)).text(), "order;sum\n17;200\n");
  const { media } = simulator.messages[0];
  assert.deepEqual([media!.filename, media!.bytes.length], ["orders.csv", 17]);
});

Deno.test("the example of chats writes into the chat of its first message", options, async () => {
  const { stack, supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  await run(CHAT, supabase); // whether the reaction is taken depends on what was told of the message
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello", "Are you there?"]);
  const chats = await stack.database.query(
    "select count(distinct chat_id)::int as chats from messenger_messages",
  );
  assert.deepEqual(chats, [{ chats: 1 }]);
});

Deno.test(
  "the example of connections lists, renames, deletes and disconnects",
  options,
  async () => {
    const { supabase, simulator } = await signedIn();
    await assert.rejects(run(CONNECTIONS, supabase), /Connect a number first/);
    await supabase.functions.invoke("wpp-create");
    const { session } = simulator.clients[0];
    simulator.scan(session);
    assert.deepEqual(await run(CONNECTIONS, supabase), [`${session} WhatsApp starting true`]);
    assert.equal(simulator.messages.filter(({ deletedAt }) => deletedAt !== null).length, 1);
    assert.equal(simulator.stateOf(session), "disconnected");
    const { data } = await supabase.functions.invoke("wpp-connections", { method: "GET" });
    assert.deepEqual(
      data.connections.map(({ name, status }: Record<string, string>) => [name, status]),
      [
        ["Shop", "disconnected"],
      ],
    );
  },
);

Deno.test("the example of reading shows, marks and renames a chat", options, async () => {
  const { supabase, simulator } = await signedIn();
  await assert.rejects(run(READING, supabase), /There are no chats yet/);
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  await run(SEND, supabase);
  const [message, changed] = await run(READING, supabase);
  assert.equal(message, "out text Hello");
  assert.match(changed, /^Anna [01]$/); // its receipt may come meanwhile
});

Deno.test("the example of push reads what it is told of", options, async () => {
  const { stack, supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  const [{ session }] = simulator.clients;
  const lines = await run(PUSH, supabase);
  await until(() => stack.realtime!.counts.joins > 0);
  simulator.scan(session);
  await supabase.functions.invoke("wpp-status");
  await until(() => lines.includes(`${session} connected`));
  await run(SEND, supabase);
  await until(() => lines.includes("out Hello"));
  await supabase.removeAllChannels();
});

Deno.test("the example of the inbox shows a message at once", options, async () => {
  const { supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  await run(SEND, supabase);
  assert.deepEqual(await run(INBOX, supabase), ["+79991112233 Hello 0", "At once"]);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello", "At once"]);
});

Deno.test("the examples without the client send a file, and show one", options, async () => {
  const { supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  const [{ session }] = simulator.clients;
  simulator.scan(session);
  await until(() => simulator.countOf("webhook") > 0);
  await simulator.incoming({ session, from: "+79991112233", media: "image" });
  const [link] = await run(SHOW_BY_HAND, supabase);
  assert.deepEqual(await (await fetch(link)).bytes(), SAMPLES.image.bytes);
  assert.deepEqual(await run(INVOKE_FILE, supabase), ["accepted"]);
  const order = new TextEncoder().encode("Two coffees");
  const sent = simulator.messages.map(({ media }) => [media?.filename, media?.bytes]);
  assert.deepEqual(sent, [["order.txt", order]]);
});

Deno.test("the curl command with the secret key sends for an organization", options, async () => {
  const { stack, supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  const { data } = await supabase.auth.getUser();
  const env = { API_URL: stack.url, SECRET_KEY: stack.secretKey };
  const script = SERVER_CURL.code.replace("org-1", data.user!.id);
  const { stdout } = await new Deno.Command("sh", { args: ["-euc", script], env }).output();
  const sent = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(sent.status, "accepted");
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Your order is on its way"]);
});

Deno.test("the functions.invoke example sends a message", options, async () => {
  const { supabase, simulator } = await signedIn();
  simulator.settings.startingFor = 0;
  const [image, waiting, refused] = await run(INVOKE, supabase);
  assert.match(image, /^data:image\//);
  assert.equal(waiting, "qr_required");
  assert.match(refused, /^not_connected .+ [\da-f-]{36}$/);
  simulator.scan(simulator.clients[0].session);
  const [status, sent] = await run(INVOKE, supabase);
  assert.equal(status, "connected");
  assert.match(sent, /^accepted [\da-f-]{36}$/);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello"]);
});

Deno.test("the curl commands go through the journey", options, async () => {
  const { stack, simulator } = await signedIn();
  const env = { API_URL: stack.url, PUBLISHABLE_KEY: stack.publishableKey };
  const curl = async () => {
    const command = new Deno.Command("sh", { args: ["-euc", CURL.code], env });
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
Deno.test("the React hook connects a component", options, async () => {
  const { Connect } = await importExample(REACT);
  const { supabase, simulator } = await signedIn();
  const { root, dom } = await render(Connect, supabase);
  assert.equal(dom.textContent, "Connect WhatsApp");
  click(dom);
  await until(() => dom.textContent === "One moment…");
  await until(() => dom.querySelector("img"));
  assert.match(dom.querySelector("img")!.getAttribute("src")!, /^data:image\//);
  assert.match(dom.querySelector("figcaption")!.textContent, /^Valid for \d+ s$/);
  simulator.scan(simulator.clients[0].session);
  await until(() => dom.textContent === "WhatsApp is connected.");
  root.unmount();
  assert.equal(simulator.countOf("create"), 1);
});

Deno.test("the inbox's hook shows what comes in, and answers", options, async () => {
  const { Inbox } = await importExample(INBOX_HOOK);
  const { supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  const { session } = simulator.clients[0];
  simulator.scan(session);
  const { root, dom } = await render(Inbox, supabase);
  await until(() => dom.querySelector("[role=status]")?.textContent === "live");
  await simulator.incoming({ session, from: "+79991112233", text: "Hello" });
  await until(() => dom.querySelector("button"));
  assert.match(dom.querySelector("button")!.textContent, /79991112233|\(1\)/);
  click(dom);
  await until(() => dom.textContent.includes("Hello"));
  root.unmount();
});

Deno.test("the React component leaves reconnect_required by its button", options, async () => {
  const { Connect } = await importExample(REACT);
  const bodies: unknown[] = [];
  const invoke = (_: string, { body }: { body: unknown }) => {
    bodies.push(JSON.parse(JSON.stringify(body))); // as it goes out
    const error = { code: "reconnect_required", message: "Gone.", retryable: false };
    const context = Response.json({ error }, { status: 409 });
    return bodies.length === 1
      ? Promise.resolve({ data: null, error: { context }, response: context })
      : new Promise(() => {});
  };
  const { root, dom } = await render(Connect, { functions: { invoke } } as never);
  click(dom);
  await until(() => dom.textContent === "Gone. Connect anew");
  click(dom);
  await until(() => bodies.length === 2);
  assert.deepEqual(bodies[1], { name: "Shop", reconnect: true });
  root.unmount();
});

Deno.test("the React hook stops asking when its component goes", options, async () => {
  const { Connect } = await importExample(REACT);
  const asked = new Map<string, AbortSignal>();
  const supabase = createClient("http://project.test", "key", {
    accessToken: () => Promise.resolve("token"),
    auth: { autoRefreshToken: false, persistSession: false },
    global: {
      fetch: (url, init) => {
        const signal = init!.signal!;
        asked.set(new URL(String(url)).pathname.split("/").at(-1)!, signal);
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        );
      },
    },
  });
  const { root, dom } = await render(Connect, supabase);
  click(dom);
  await until(() => asked.has("wpp-create") && asked.has("messenger_changes_since"));
  const signals = [...asked.values()];
  assert.deepEqual(signals.map(({ aborted }) => aborted), [false, false]);
  root.unmount();
  await until(() => signals.every(({ aborted }) => aborted));
});

/** Runs an example in which `supabase` is signed in; gives what it printed. */
async function run(
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
async function importExample(fence: Fence) {
  return await import(pathToFileURL((await placeExamples()).get(fence)!).href);
}

let placed: Promise<Map<Fence, string>> | undefined;

/** Writes the examples to files, as if each were one of `src/`, and type-checks them, once. */
function placeExamples(): Promise<Map<Fence, string>> {
  return placed ??= (async () => {
    const files = new Map<Fence, string>();
    const own = EXAMPLES.filter((fence) => !TEMPLATES.includes(fence));
    for (const fence of own.filter(({ language }) => /^tsx?$/.test(language))) {
      const { language, title } = fence;
      const code = fence.code
        .replaceAll('"wpp-messenger-client"', `"${new URL("client/wpp_client.ts", ROOT)}"`)
        .replaceAll('"wpp-messenger-client/react"', `"${new URL("client/react.ts", ROOT)}"`);
      const file = `${DIRECTORY}/${title}.${language}`;
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

/** Presses the button that is shown. */
function click(dom: Dom): void {
  const { Event } = parseHTML("");
  dom.querySelector("button")!.dispatchEvent(new Event("click", { bubbles: true }));
}

/** As much of an element as is looked at here. */
interface Dom {
  dispatchEvent(event: Event): boolean;
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
