import type { WppError } from "../../client/wpp_client.ts";
import { h, heading, spinner, type View } from "./dom.ts";
import { t } from "./language.ts";
import { otherScreen } from "./other_screen.ts";
import { problemArea } from "./problem.ts";

export interface IdleScreen {
  name: "idle";
  /** `unfinished`: created, but never scanned. */
  reason: "never" | "unfinished" | "disconnected";
  /** Of which number; undefined where it is not known. */
  session?: string;
}

export interface LoadingScreen {
  name: "loading";
  /** Why the status check failed; it is being repeated. */
  problem?: WppError;
}

/** The view where nothing is connected: why, and a button to connect. */
export function idleView(onConnect: () => void, { reason }: IdleScreen): View<IdleScreen> {
  const texts = {
    never: [t().idle, t().idleLead, t().connect],
    unfinished: [t().idle, t().unfinishedLead, t().continueConnecting],
    disconnected: [t().disconnected, t().disconnectedLead, t().connectAgain],
  };
  const [title, lead, button] = texts[reason];
  const element = h(
    "section",
    { class: "card empty" },
    h("div", { class: `badge ${reason}`, "aria-hidden": "true" }, phone()),
    heading(title),
    h("p", { class: "lead" }, lead),
    otherScreen(),
    h("button", { class: "primary", type: "button", onclick: onConnect }, button),
  );
  return { element, update() {} };
}

export function loadingView(screen: LoadingScreen): View<LoadingScreen> {
  const lead = h("p", { class: "lead" }, t().loading);
  const problem = problemArea();
  problem.update(screen);
  const element = h("section", { class: "card empty" }, spinner(), lead, problem.element);
  return { element, update: problem.update };
}

function phone(): SVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute(
    "d",
    "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm3 17h2",
  );
  svg.append(path);
  return svg;
}
