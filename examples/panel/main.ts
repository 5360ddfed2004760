/** The connect panel: a page that shows how a frontend uses the client. */
import type { createClient as CreateClient } from "@supabase/supabase-js";
import { createWppClient } from "../../client/wpp_client.ts";
import { App } from "./app.ts";
import { CallLog } from "./call_log.ts";
import { h, notice } from "./dom.ts";
import type { IncomingWriting } from "./phone_writes.ts";
import { type Language, language, setLanguage, t } from "./language.ts";

/** A global of /panel/supabase.js, which index.html loads first. */
declare const supabase: { createClient: typeof CreateClient };

interface Config {
  publishableKey: string;
  demo?: { email: string; password: string };
  simulator: boolean;
}

const config: Config = await (await fetch("/panel/config.json")).json();
const supabaseClient = supabase.createClient(location.origin, config.publishableKey);
const log = new CallLog();

const header = h("header", {});
const offline = h("div", { role: "status", class: "offline" });
const slot = h("main", {});
const spoken = h("div", { role: "status", class: "spoken" });
document.body.replaceChildren(header, offline, slot, log.element, spoken);

let user: string | undefined;
const app = new App({
  supabase: supabaseClient,
  wpp: createWppClient(supabaseClient, { onCall: (call) => log.add(call) }),
  demo: config.demo,
  simulateScan: config.simulator ? simulateScan : undefined,
  simulateIncoming: config.simulator ? simulateIncoming : undefined,
  slot,
  announce: (text) => spoken.textContent = text,
  onUser(email) {
    user = email;
    drawHeader();
  },
});

function simulateScan(session: string): Promise<void> {
  return simulate("scan", { session });
}

function simulateIncoming(session: string, writing: IncomingWriting): Promise<void> {
  return simulate("incoming", { session, ...writing });
}

async function simulate(name: string, input: object): Promise<void> {
  const response = await fetch(`/panel/${name}`, { method: "POST", body: JSON.stringify(input) });
  if (!response.ok) throw new Error(`Cannot simulate ${name}: ${response.status}`);
}

function drawHeader(): void {
  document.documentElement.lang = language();
  document.title = t().title;
  const languages = h(
    "div",
    { class: "languages", role: "group", "aria-label": t().language },
    languageButton("en", "English"),
    languageButton("ru", "Русский"),
  );
  header.replaceChildren(
    h("h1", {}, t().title),
    languages,
    ...(user ? [account(user)] : []),
  );
}

function account(email: string): HTMLElement {
  const out = h("button", { type: "button", class: "small", onclick: () => app.signOut() });
  out.append(t().signOut);
  return h("div", { class: "account" }, h("span", {}, email), out);
}

function languageButton(code: Language, name: string): HTMLElement {
  const pressed = String(language() === code);
  const onclick = () => {
    setLanguage(code);
    drawAll();
    header.querySelector<HTMLElement>(`[lang=${code}]`)?.focus();
  };
  return h("button", { type: "button", lang: code, "aria-pressed": pressed, onclick }, name);
}

function drawAll(): void {
  drawHeader();
  drawOffline();
  log.draw();
  app.redraw();
}

function drawOffline(): void {
  offline.replaceChildren(...(navigator.onLine ? [] : [notice("warning", t().offline)]));
}

addEventListener("online", drawOffline);
addEventListener("offline", drawOffline);
drawAll();
await app.start();
