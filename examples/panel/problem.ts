import { type Child, h, notice, type View } from "./dom.ts";
import { errorText, t } from "./language.ts";

/** What has failed, where something has. */
interface Failed {
  problem?: { code: string } | null;
}

/**
 * A place for the problem of a request that is being repeated. It changes only when the problem
 * does, because screen readers read it aloud with every change.
 */
export function problemArea(title = ""): View<Failed> {
  const element = h("div", { role: "status" });
  let shown: string | undefined;
  const update = ({ problem }: Failed) => {
    const code = problem?.code;
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

/** A line with the request id, which finds the call in the functions' log. */
export function requestId(id: string | undefined): Child {
  return id !== undefined &&
    h("p", { class: "technical" }, `${t().requestId}: `, h("code", {}, id));
}
