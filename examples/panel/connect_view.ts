import type { ConnectState, ScanState } from "../../client/wpp_client.ts";
import { h, heading, notice, spinner, type View } from "./dom.ts";
import { errorText, t } from "./language.ts";
import { otherScreen } from "./other_screen.ts";
import { problemArea, requestId } from "./problem.ts";

export interface ConnectScreen {
  name: "connect";
  state: ConnectState;
}

interface ConnectActions {
  cancel(): void;
  retry(reconnect: boolean): void;
  signIn(): void;
  /** Scans the code; only where the platform is simulated. */
  simulateScan?: (session: string) => Promise<void>;
}

/** The view of connecting, for every state but `connected`. */
export function connectView(actions: ConnectActions, screen: ConnectScreen): View<ConnectScreen> {
  const { state } = screen;
  switch (state.step) {
    case "creating":
      return waitView(t().creating, t().creatingLead, actions, screen);
    case "waiting_for_qr":
      return waitView(t().waiting, t().waitingLead, actions, screen);
    case "scan":
      return scanView(actions, state, screen);
    default:
      return failedView(actions, screen);
  }
}

function waitView(
  title: string,
  lead: string,
  actions: ConnectActions,
  screen: ConnectScreen,
): View<ConnectScreen> {
  const problem = problemArea();
  problem.update(screen.state);
  const element = h(
    "section",
    { class: "card scan" },
    heading(title),
    otherScreen(),
    problem.element,
    h(
      "div",
      { class: "columns" },
      h("div", {}, h("div", { class: "qr empty" }, spinner(), h("p", {}, lead))),
      steps(), // shown early, so that there is time to find the phone
    ),
    h("div", { class: "buttons" }, cancelButton(actions)),
  );
  return { element, update: ({ state }) => problem.update(state) };
}

function scanView(
  actions: ConnectActions,
  first: ScanState,
  screen: ConnectScreen,
): View<ConnectScreen> {
  const image = h("img", { alt: t().qrAlt, width: 280, height: 280 });
  const expired = h("div", { class: "expired" }, h("strong", {}, t().expired), spinner());
  const qr = h("div", { class: "qr" }, image, expired);
  const time = h("span", {});
  const bar = h("progress", { max: first.secondsLeft, "aria-hidden": "true" });
  const problem = problemArea();

  function update({ state }: ConnectScreen) {
    if (state.step !== "scan") return;
    if (image.src !== state.image) image.src = state.image;
    const isOver = state.secondsLeft === 0;
    qr.classList.toggle("over", isOver);
    expired.hidden = !isOver;
    time.textContent = isOver ? t().renewing : t().validFor(state.secondsLeft);
    bar.max = Math.max(bar.max, state.secondsLeft);
    bar.value = state.secondsLeft;
    problem.update(state);
  }

  update(screen);
  const element = h(
    "section",
    { class: "card scan" },
    heading(t().scan),
    otherScreen(),
    problem.element,
    h(
      "div",
      { class: "columns" },
      h("div", {}, qr, h("div", { class: "validity", role: "timer" }, time, bar)),
      h(
        "div",
        {},
        steps(),
        actions.simulateScan && simulation(actions.simulateScan, first.session),
      ),
    ),
    h("div", { class: "buttons" }, cancelButton(actions)),
  );
  return { element, update };
}

function steps(): HTMLElement {
  return h("ol", { class: "steps" }, ...t().steps.map((step) => h("li", {}, step)));
}

function simulation(scan: (session: string) => Promise<void>, session: string): HTMLElement {
  const outcome = h("div", { role: "alert" });
  const onclick = async () => {
    outcome.replaceChildren();
    await scan(session).catch(() => outcome.append(notice("error", t().simulateFailed)));
  };
  return h(
    "div",
    { class: "simulation" },
    h("button", { type: "button", onclick }, t().simulateScan),
    h("p", { class: "hint" }, t().simulateHint),
    outcome,
  );
}

function failedView(actions: ConnectActions, { state }: ConnectScreen): View<ConnectScreen> {
  if (state.step !== "failed") throw new Error(`Cannot show ${state.step} as failed`);
  const { code, action, message, error } = state;
  const act = () => action === "sign_in" ? actions.signIn() : actions.retry(action === "reconnect");
  const expired = code === "scan_expired";
  const element = h(
    "section",
    { class: "card" },
    heading(expired ? t().expired : t().failed),
    notice(expired ? "warning" : "error", errorText(code)),
    action === "report" && h("p", { class: "technical", lang: "en" }, message),
    requestId(error.requestId),
    h(
      "div",
      { class: "buttons" },
      h(
        "button",
        { class: "primary", type: "button", onclick: act },
        expired ? t().newCode : t().actions[action],
      ),
      cancelButton(actions),
    ),
  );
  return { element, update() {} };
}

function cancelButton({ cancel }: ConnectActions): HTMLElement {
  return h("button", { type: "button", onclick: cancel }, t().cancel);
}
