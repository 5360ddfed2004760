import type { WppError } from "../../client/wpp_client.ts";
import { h, notice } from "./dom.ts";
import { errorText, t } from "./language.ts";
import { requestId } from "./problem.ts";

/** What is said of a message that certainly did not go out. */
export function notSent({ code, retryable, requestId: id }: WppError): HTMLElement {
  const title = h("strong", {}, t().notSent);
  const why = retryable ? `${errorText(code)} ${t().sendLater}` : errorText(code);
  return notice("error", title, h("span", {}, why), requestId(id));
}

/**
 * What is said of a message that may have gone out. `delivery_unknown` stays so for its key. After
 * other errors the same message, sent again, tells.
 */
export function unknown({ code, requestId: id }: WppError, sendAnyway: () => void): HTMLElement {
  const title = h("strong", {}, t().unknown);
  if (code !== "delivery_unknown") {
    const why = `${errorText(code)} ${t().sendUnchanged}`;
    return notice("warning", title, h("span", {}, why), requestId(id));
  }
  const button = h("button", { type: "button", onclick: sendAnyway }, t().sendAnyway);
  return notice("warning", title, h("span", {}, t().unknownLead), button);
}
