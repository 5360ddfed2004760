import type { WppCall } from "../../client/wpp_client.ts";
import { h } from "./dom.ts";
import { clock, language, t } from "./language.ts";

/** How many calls are shown. */
const MAX_CALLS = 50;

/** The calls of the functions, newest first, in a list that is closed at first. */
export class CallLog {
  readonly element = h("aside", {});
  #calls: { at: string; call: WppCall }[] = [];
  readonly #title = h("summary", {});
  readonly #list = h("ul", { tabindex: 0 }); // focusable, so that the arrow keys scroll it

  constructor() {
    this.element.append(h("details", { class: "log" }, this.#title, this.#list));
    this.draw();
  }

  add(call: WppCall): void {
    const entry = { at: new Date().toISOString(), call };
    this.#calls = [entry, ...this.#calls].slice(0, MAX_CALLS);
    this.draw();
  }

  /** Draws the list, in the current language. */
  draw(): void {
    const count = this.#calls.length;
    for (const one of [this.element, this.#list]) one.setAttribute("aria-label", t().log);
    this.#title.textContent = count > 0 ? `${t().log} (${count})` : t().log;
    this.#list.replaceChildren(
      ...(count > 0 ? this.#calls.map(line) : [h("li", { class: "hint" }, t().logEmpty)]),
    );
  }
}

function line({ at, call }: { at: string; call: WppCall }): HTMLElement {
  const { name, status, error, duration, requestId } = call;
  const time = new Intl.NumberFormat(language(), { style: "unit", unit: "millisecond" });
  return h(
    "li",
    {},
    h("time", { datetime: at }, clock(at)),
    h("code", {}, name),
    h("span", { class: error ? "bad" : "good" }, status ? String(status) : t().noAnswer),
    h("span", {}, time.format(duration)),
    error && h("code", { class: "bad" }, error.code),
    requestId !== undefined && h("code", { class: "id", title: t().requestId }, requestId),
  );
}
