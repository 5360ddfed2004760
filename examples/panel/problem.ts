import type { WppError } from "../../client/wpp_client.ts";
import { type Child, h, notice, type View } from "./dom.ts";
import { errorText, t } from "./language.ts";

/** What goes wrong meanwhile; redrawn only when that changes, as it is read aloud then. */
export function problemArea(title = ""): View<{ problem?: WppError }> {
  const element = h("div", { role: "status" });
  let shown: string | undefined;
  const update = ({ problem }: { problem?: WppError }) => {
    // The page says at its top that it is offline.
    const offline = problem?.code === "network_error" && !navigator.onLine;
    const code = offline ? undefined : problem?.code;
    if (code === shown) return;
    shown = code;
    element.replaceChildren(...(shown ? [warning(shown, title)] : []));
  };
  return { element, update };
}

function warning(code: string, title: string): HTMLElement {
  if (title === "") return notice("warning", h("strong", {}, errorText(code)), t().retrying);
  return notice(
    "warning",
    h("strong", {}, title),
    h("span", {}, `${errorText(code)} ${t().retrying}`),
  );
}

/** To be told to whoever runs the functions. */
export function requestId(id: string | undefined): Child {
  return id !== undefined &&
    h("p", { class: "technical" }, `${t().requestId}: `, h("code", {}, id));
}
