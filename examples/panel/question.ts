import { WppError } from "../../client/wpp_client.ts";
import { h, notice } from "./dom.ts";
import { errorText, t } from "./language.ts";
import { requestId } from "./problem.ts";

/** What the button of a question does. */
export interface Deed {
  /** What the button says, and what it says meanwhile. */
  confirm: string;
  doing: string;
  act(): Promise<unknown>;
  /** What is said and offered instead after this failure, unless it is the code's own sentence. */
  instead?: (error: WppError) => { lead: string; deed: Deed } | undefined;
}

export interface Question {
  title: string;
  /** What will happen. */
  lead: string;
  deed: Deed;
}

/**
 * Asks before something is done that cannot be undone, in a dialog, and does it there. Resolves with
 * whether it was done; rejects with the error where the sign-in has ended.
 */
export function ask(question: Question): Promise<boolean> {
  return new Dialog(question).answered;
}

class Dialog {
  readonly answered: Promise<boolean>;
  #deed: Deed;
  #confirm = h("button", { type: "button", class: "danger", onclick: () => this.#act() });
  #cancel = h("button", { type: "button", onclick: () => this.#element.close() }, t().cancel);
  #outcome = h("div", { role: "alert" });
  #element: HTMLDialogElement;
  #isDone = false;
  #error: WppError | undefined;

  constructor({ title, lead, deed }: Question) {
    this.#deed = deed;
    this.#confirm.append(deed.confirm);
    this.#element = h(
      "dialog",
      { "aria-labelledby": "question", "aria-describedby": "question-lead" },
      h("h2", { id: "question" }, title),
      h("p", { id: "question-lead" }, lead),
      this.#outcome,
      h("div", { class: "buttons" }, this.#cancel, this.#confirm),
    );
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.answered = promise;
    this.#element.onclose = () => {
      this.#element.remove(); // the browser has given the focus back
      if (this.#error?.code === "unauthorized") reject(this.#error);
      else resolve(this.#isDone);
    };
    document.body.append(this.#element);
    this.#element.showModal();
    this.#cancel.focus();
  }

  async #act(): Promise<void> {
    if (this.#confirm.getAttribute("aria-disabled")) return;
    this.#confirm.setAttribute("aria-disabled", "true");
    this.#confirm.textContent = this.#deed.doing;
    this.#outcome.replaceChildren();
    try {
      await this.#deed.act();
      this.#isDone = true;
      this.#element.close();
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      this.#showFailure(error);
    }
  }

  #showFailure(error: WppError): void {
    this.#error = error;
    if (error.code === "unauthorized") return this.#element.close();
    const instead = this.#deed.instead?.(error);
    if (instead) this.#deed = instead.deed;
    this.#confirm.removeAttribute("aria-disabled");
    this.#confirm.textContent = this.#deed.confirm;
    const lead = instead && h("span", {}, instead.lead);
    const text = h("strong", {}, errorText(error.code));
    this.#outcome.append(notice("error", text, lead, requestId(error.requestId)));
    if (error.action !== "report") return;
    this.#confirm.remove();
    this.#cancel.textContent = t().close;
    this.#cancel.focus();
  }
}
