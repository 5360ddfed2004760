import { type WppClient, WppError } from "../../client/wpp_client.ts";
import { h, notice } from "./dom.ts";
import { errorText, t } from "./language.ts";
import { requestId } from "./problem.ts";

/** What was typed. The caller keeps it, because a change of language draws a new form. */
export interface Draft {
  to: string;
  text: string;
}

interface SendOptions {
  wpp: WppClient;
  draft: Draft;
  onLost: (error: WppError) => void;
}

/** Errors after which the connection, or the sign-in, has to be restored first. */
const LOST_CODES = [
  "unauthorized",
  "reconnect_required",
  "not_connected",
  "integration_not_found",
];

/** A form that sends a message and shows what came of it: accepted, refused, or unknown. */
export function sendForm(options: SendOptions): HTMLElement {
  return new SendForm(options).element();
}

class SendForm {
  #options: SendOptions;
  #to = field("to", h("input", { id: "to", type: "tel", autocomplete: "off" }), t().toHint);
  #text = field("text", h("textarea", { id: "text", rows: 3 }));
  #button = h("button", { class: "primary", type: "submit" }, t().sendButton);
  #outcome = h("div", { role: "status", class: "outcome" });

  constructor(options: SendOptions) {
    this.#options = options;
    const { draft } = options;
    const [to, text] = [this.#to.control, this.#text.control];
    Object.assign(to, { value: draft.to, oninput: () => draft.to = to.value });
    Object.assign(text, { value: draft.text, oninput: () => draft.text = text.value });
  }

  element(): HTMLElement {
    const onsubmit = (event: Event) => {
      event.preventDefault();
      this.#send();
    };
    return h(
      "section",
      { class: "card" },
      h("h2", {}, t().send),
      h(
        "form",
        { novalidate: true, onsubmit },
        h("label", { for: "to" }, t().to),
        this.#to.element,
        h("label", { for: "text" }, t().text),
        this.#text.element,
        this.#button,
        this.#outcome,
      ),
    );
  }

  async #send(idempotencyKey?: string) {
    if (this.#button.getAttribute("aria-disabled") || !this.#isFilled()) return;
    const { wpp, draft } = this.#options;
    this.#button.setAttribute("aria-disabled", "true");
    this.#button.textContent = t().sending;
    this.#outcome.replaceChildren();
    try {
      const sent = await wpp.send({ ...draft }, { idempotencyKey });
      this.#text.control.value = draft.text = "";
      this.#outcome.append(notice("success", t().accepted(sent.to)));
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      this.#showFailure(error);
    } finally {
      this.#button.removeAttribute("aria-disabled");
      this.#button.textContent = t().sendButton;
    }
  }

  #isFilled(): boolean {
    const { to, text } = this.#options.draft;
    this.#to.complain(to.trim() === "" ? t().toEmpty : "");
    this.#text.complain(text === "" ? t().textEmpty : "");
    return !this.#focusWrong();
  }

  #showFailure(error: WppError) {
    const { code, fields } = error;
    if (LOST_CODES.includes(code)) return this.#options.onLost(error);
    if (code === "delivery_unknown") {
      return this.#outcome.append(unknown(() => this.#send(crypto.randomUUID())));
    }
    if (fields.to) this.#to.complain(t().toInvalid);
    if (fields.text) this.#text.complain(t().textInvalid);
    if (!this.#focusWrong()) this.#outcome.append(notSent(error));
  }

  /** Focuses the first field with a complaint. Returns whether there is one. */
  #focusWrong(): boolean {
    const wrong = [this.#to, this.#text].find((one) => one.isWrong());
    wrong?.control.focus();
    return wrong !== undefined;
  }
}

function notSent({ code, requestId: id }: WppError): HTMLElement {
  const title = h("strong", {}, t().notSent);
  return notice("error", title, h("span", {}, errorText(code)), requestId(id));
}

function unknown(sendAnyway: () => void): HTMLElement {
  return notice(
    "warning",
    h("strong", {}, t().unknown),
    h("span", {}, t().unknownLead),
    h("button", { type: "button", onclick: sendAnyway }, t().sendAnyway),
  );
}

function field<C extends HTMLInputElement | HTMLTextAreaElement>(
  id: string,
  control: C,
  hint = "",
) {
  const complaint = h("p", { id: `${id}-error`, class: "complaint" });
  const hintLine = hint !== "" && h("p", { id: `${id}-hint`, class: "hint" }, hint);
  const described = hint ? `${id}-hint ${id}-error` : `${id}-error`;
  control.setAttribute("aria-describedby", described);
  const isWrong = () => control.getAttribute("aria-invalid") === "true";
  const complain = (text: string) => {
    complaint.textContent = text;
    control.setAttribute("aria-invalid", String(text !== ""));
  };
  return { control, isWrong, complain, element: h("div", {}, control, hintLine, complaint) };
}
