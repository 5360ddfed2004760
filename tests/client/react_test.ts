import { parseHTML } from "linkedom";
import assert from "node:assert/strict";
// @ts-types="@types/react"
import { act, createElement, StrictMode } from "react";
import {
  useWppConnection,
  type WppConnection,
  type WppConnectionOptions,
} from "../../client/react.ts";
import { failure, Script, status } from "../support/script.ts";

// deno-lint-ignore no-explicit-any -- the page's types are the DOM's
const { window, document } = parseHTML("<!doctype html><html><body></body></html>") as any;
// React looks for a page when it is loaded.
Object.assign(globalThis, { window, document, IS_REACT_ACT_ENVIRONMENT: true });
const { createRoot } = await import("react-dom/client");

interface Props extends WppConnectionOptions {
  supabase: Parameters<typeof useWppConnection>[0];
  /** Gets what the hook returns, render by render. */
  shown: WppConnection[];
}

function Component({ supabase, shown, ...options }: Props) {
  shown.push(useWppConnection(supabase, options));
  return null;
}

/** A component on the hook; its events and the time that passes are React's `act`s. */
function mount(supabase: Props["supabase"]) {
  const root = createRoot(document.createElement("div"));
  const shown: WppConnection[] = [];
  return {
    shown,
    last: () => shown.at(-1)!,
    steps: () => shown.map(({ state }) => state.step).filter((one, i, all) => one !== all[i - 1]),
    async render(props: Partial<Props> = {}, isStrict = false) {
      const component = createElement(Component, { supabase, shown, ...props });
      await act(() =>
        root.render(isStrict ? createElement(StrictMode, null, component) : component)
      );
    },
    unmount: () => act(() => root.unmount()),
  };
}

Deno.test("useWppConnection asks nothing when nobody has asked it to", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render();
  await act(() => script.pass(60));
  assert.equal(script.sent.length, 0);
  assert.deepEqual(component.last().state, { step: "idle" });
  await component.unmount();
});

Deno.test("useWppConnection goes through the states when connect is called", async () => {
  using script = new Script();
  script.answers["wpp-status"] = [status("connected")];
  const component = mount(script.wpp);
  await component.render({ name: "Shop" });
  await act(() => component.last().connect());
  await act(() => script.pass(5));
  assert.deepEqual(component.steps(), ["idle", "creating", "scan", "connected"]);
  assert.equal(script.sent[0].body.name, "Shop");
  await component.unmount();
});

Deno.test("useWppConnection connects once when it starts by itself in StrictMode", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render({ start: true }, true);
  await act(() => script.pass(1));
  assert.deepEqual(script.sent.map(({ name }) => name), ["wpp-create", "wpp-qr"]);
  assert.equal(component.last().state.step, "scan");
  await component.render({ start: true }, true);
  assert.equal(script.timesOf("wpp-create").length, 1, "another render begins nothing anew");
  await component.unmount();
});

Deno.test("useWppConnection leaves reconnect_required when reconnect is called", async () => {
  using script = new Script();
  const [answer] = script.answers["wpp-create"];
  script.answers["wpp-create"] = [failure(409, "reconnect_required", false), answer];
  const component = mount(script.wpp);
  await component.render({ start: true });
  await act(() => script.pass(1));
  const { state, reconnect } = component.last();
  assert.ok(state.step === "failed" && state.action === "reconnect");
  await act(() => reconnect());
  await act(() => script.pass(1));
  assert.equal(component.last().state.step, "scan");
  assert.equal(script.sent[1].body.reconnect, true);
  await component.unmount();
});

Deno.test("useWppConnection stops when cancel is called, and is idle", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render({ start: true });
  await act(() => script.pass(1));
  await act(() => component.last().cancel());
  const asked = script.sent.length;
  await act(() => script.pass(60));
  assert.equal(script.sent.length, asked);
  assert.equal(component.last().state.step, "idle");
  await component.unmount();
});

Deno.test("useWppConnection stays idle when cancel is called right after connect", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render();
  const { connect, cancel } = component.last();
  await act(() => {
    connect();
    cancel(); // before the first state has come
  });
  await act(() => script.pass(1));
  assert.deepEqual(component.steps(), ["idle"]);
  assert.equal(script.sent.length, 0);
  await component.unmount();
});

Deno.test("useWppConnection runs one connection when connect is called twice", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render();
  await act(() => component.last().connect());
  await act(() => script.pass(1));
  await act(() => component.last().connect());
  await act(() => script.pass(28));
  assert.equal(script.maxConcurrent, 1);
  assert.deepEqual(script.timesOf("wpp-qr"), [0, 1, 16]);
  await component.unmount();
});

Deno.test("useWppConnection asks and renders nothing more when its component has gone", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render({ start: true });
  await act(() => script.pass(1));
  await component.unmount();
  const [asked, rendered] = [script.sent.length, component.shown.length];
  await act(() => script.pass(60));
  assert.deepEqual([script.sent.length, component.shown.length], [asked, rendered]);
  assert.equal(script.clock.countTimers(), 0);
});

Deno.test("useWppConnection begins nothing when connect is called after its component has gone", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render({}, true);
  const { connect, reconnect } = component.last();
  await component.unmount();
  await act(() => [connect, reconnect].forEach((begin) => begin()));
  await act(() => script.pass(60));
  assert.deepEqual(script.sent, []);
});

Deno.test("useWppConnection begins anew when it gets another client", async () => {
  using script = new Script();
  const component = mount(script.wpp);
  await component.render({ start: true });
  await act(() => script.pass(1));
  await component.render({ start: true, supabase: { ...script.wpp } });
  await act(() => script.pass(1));
  assert.equal(script.timesOf("wpp-create").length, 2);
  assert.equal(script.clock.countTimers(), 1, "the first one has stopped");
  await component.render({ supabase: { ...script.wpp } });
  assert.equal(component.last().state.step, "idle");
  await component.unmount();
});

Deno.test("useWppConnection keeps its functions when it renders again", async () => {
  using script = new Script();
  const component = mount(script.supabase);
  await component.render({ start: true });
  await act(() => script.pass(4));
  const { connect, reconnect, cancel } = component.last();
  for (const one of component.shown) {
    assert.deepEqual([one.connect, one.reconnect, one.cancel], [connect, reconnect, cancel]);
  }
  await component.unmount();
});
