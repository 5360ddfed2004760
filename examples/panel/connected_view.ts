import type { WppClient, WppError } from "../../client/wpp_client.ts";
import type { Chats } from "./chats.ts";
import { h, heading, type View } from "./dom.ts";
import { clock, t } from "./language.ts";
import { messengerView } from "./messenger_view.ts";
import { type IncomingWriting, phoneWrites } from "./phone_writes.ts";
import { problemArea } from "./problem.ts";
import type { Draft } from "./send_form.ts";

export interface ConnectedScreen {
  name: "connected";
  session: string;
  since: { at: string; exact: boolean };
  checkedAt: string;
  /** Why the last check failed; it is being repeated. */
  problem?: WppError;
}

interface ConnectedOptions {
  wpp: WppClient;
  chats: Chats;
  draft: Draft;
  /** Lets a contact write; only where the platform is simulated. */
  simulateIncoming?: (session: string, writing: IncomingWriting) => Promise<void>;
  checkNow: () => void;
  /** A send failed because the connection, or the sign-in, is lost. */
  onLost: (error: WppError) => void;
}

/** The view of a connection that works: the chats, and how the connection stands. */
export function connectedView(
  options: ConnectedOptions,
  screen: ConnectedScreen,
): View<ConnectedScreen> {
  const checked = h("dd", {});
  const problem = problemArea(t().checkFailed);

  function update(screen: ConnectedScreen) {
    checked.textContent = clock(screen.checkedAt);
    problem.update(screen);
  }

  update(screen);
  const dot = h("span", { class: "dot", "aria-hidden": "true" }, "✓");
  const check = h(
    "button",
    { type: "button", class: "small", onclick: options.checkNow },
    t().checkNow,
  );
  const card = h(
    "section",
    { class: "card" },
    h("div", { class: "title" }, dot, heading(t().connected)),
    facts(screen, checked),
    check,
  );
  const { session } = screen;
  const { simulateIncoming: write } = options;
  const element = h(
    "div",
    { class: "stack" },
    problem.element,
    messengerView({ ...options, session }),
    write && phoneWrites((writing) => write(session, writing)),
    card,
  );
  return { element, update };
}

function facts({ session, since }: ConnectedScreen, checked: HTMLElement): HTMLElement {
  const at = clock(since.at);
  return h(
    "dl",
    { class: "facts" },
    fact(t().session, h("dd", {}, h("code", {}, session))),
    fact(t().since, h("dd", {}, since.exact ? at : t().sinceBefore(at))),
    fact(t().lastChecked, checked),
  );
}

function fact(name: string, value: HTMLElement): HTMLElement {
  return h("div", {}, h("dt", {}, name), value);
}
