/**
 * The pages' React examples, in a page of linkedom on the local stack. They leave it behind, as React's
 * scheduler asks for it after their end: no other test shares the process.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { parseHTML } from "linkedom";
import assert from "node:assert/strict";
import { options, signedIn, stopStack, until } from "../support/example_stack.ts";
import { importExample, INBOX_HOOK, REACT, removeExamples } from "../support/page_examples.ts";

Deno.test.afterAll(async () => {
  await stopStack();
  await removeExamples();
});

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
