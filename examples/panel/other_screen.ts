import { h, notice } from "./dom.ts";
import { t } from "./language.ts";

/** A notice that screens.css shows on phones alone: none can scan its own screen. */
export function otherScreen(): HTMLElement {
  return h("div", { class: "other-screen" }, notice("warning", t().otherScreen));
}
