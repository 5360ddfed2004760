import { parseHTML } from "linkedom";
import assert from "node:assert/strict";
// @ts-types="@types/react"
import { act, createElement, StrictMode, useEffect } from "react";
import { type UsedInbox, useInbox } from "../../client/react.ts";
import { InboxWorld } from "../support/inbox_world.ts";

// deno-lint-ignore no-explicit-any -- the page's types are the DOM's
const { window, document } = parseHTML("<!doctype html><html><body></body></html>") as any;
// React looks for a page when it is loaded.
Object.assign(globalThis, { window, document, IS_REACT_ACT_ENVIRONMENT: true });
const { createRoot } = await import("react-dom/client");
const { renderToString } = await import("react-dom/server");

interface Props {
  supabase: Parameters<typeof useInbox>[0];
  /** Gets what the hook returns, render by render. */
  shown: UsedInbox[];
}

function Component({ supabase, shown }: Props) {
  shown.push(useInbox(supabase));
  return null;
}

function mount(supabase: Props["supabase"]) {
  const root = createRoot(document.createElement("div"));
  const shown: UsedInbox[] = [];
  return {
    shown,
    last: () => shown.at(-1)!,
    async render(isStrict = false, other = supabase) {
      const component = createElement(Component, { supabase: other, shown });
      await act(async () => {
        root.render(isStrict ? createElement(StrictMode, null, component) : component);
        for (let i = 0; i < 5; i++) await Promise.resolve(); // who is signed in is told soon
      });
    },
    unmount: () => act(() => root.unmount()),
  };
}

Deno.test("useInbox shows the inbox, and each change of it", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const component = mount(world.supabase);
  await component.render();
  await act(() => world.pass(5));
  assert.deepEqual(component.last().chats.map(({ id }) => id), ["c1"]);
  await act(async () => {
    void component.last().open("c1");
    await world.pass(1);
  });
  await act(async () => {
    world.shop.receive("c1", "two");
    await world.pass(1);
  });
  assert.deepEqual(component.last().chat?.messages.map(({ text }) => text), ["one", "two"]);
  const { length } = component.shown;
  await act(() => world.pass(100));
  assert.equal(component.shown.length, length, "nothing changed");
  await component.unmount();
});

Deno.test("useInbox has one inbox, which is closed when its component goes, in StrictMode, too", async () => {
  using world = new InboxWorld();
  const component = mount(world.wpp);
  await component.render(true);
  await act(() => world.pass(5));
  assert.equal(component.last().isLoaded, true);
  assert.deepEqual([world.realtime.open.length, world.authListeners], [1, 2]);
  world.forget();
  await component.unmount();
  await world.pass(600);
  assert.deepEqual([world.asked, world.realtime.open, world.authListeners], [[], [], 0]);
  assert.equal(world.clock.countTimers(), 0);
});

Deno.test("useInbox begins anew, and shows nothing of before, when it gets another client", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const component = mount(world.supabase);
  await component.render();
  await act(() => world.pass(5));
  const rendered = component.shown.length;
  await component.render(false, { ...world.supabase });
  assert.ok(component.shown.length > rendered);
  assert.deepEqual(component.last().chats, []);
  await act(() => world.pass(5));
  assert.equal(component.last().chats.length, 1);
  await component.unmount();
  assert.equal(world.authListeners, 0);
});

Deno.test("useInbox opens a chat when an effect asks for it as the component shows", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const shown: UsedInbox[] = [];
  function Opening({ open }: Pick<UsedInbox, "open">) {
    useEffect(() => void open("c1"), [open]);
    return null;
  }
  function Page() {
    const inbox = useInbox(world.supabase);
    shown.push(inbox);
    return createElement(Opening, { open: inbox.open });
  }
  const root = createRoot(document.createElement("div"));
  await act(async () => {
    root.render(createElement(StrictMode, null, createElement(Page)));
    for (let i = 0; i < 5; i++) await Promise.resolve();
  });
  await act(() => world.pass(5));
  assert.equal(shown.at(-1)?.chat?.messages.length, 1);
  await act(() => root.unmount());
});

Deno.test("useInbox is empty and asks nothing when it is rendered on a server", async () => {
  using world = new InboxWorld();
  const shown: UsedInbox[] = [];
  renderToString(createElement(Component, { supabase: world.supabase, shown }));
  await world.pass(10);
  assert.deepEqual([shown[0]?.chats, shown[0]?.isLoaded, world.asked], [[], false, []]);
});

Deno.test("useInbox keeps its functions when it renders again, and they do nothing once it has gone", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const component = mount(world.supabase);
  await component.render();
  await act(() => world.pass(5));
  const { open, more, send, markRead, refresh } = component.last();
  for (const one of component.shown) {
    assert.deepEqual([one.open, one.more, one.send, one.markRead, one.refresh], [
      ...[open, more, send, markRead, refresh],
    ]);
  }
  await component.unmount();
  world.forget();
  await Promise.all([open("c1"), more(), markRead(), refresh()]);
  await assert.rejects(send({ chatId: "c1", text: "hi" }), /closed/);
  await world.pass(10);
  assert.deepEqual(world.asked, []);
});
