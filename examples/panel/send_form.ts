import { type WppClient, WppError } from "../../client/wpp_client.ts";
import { h, notice } from "./dom.ts";
import { errorText, t } from "./language.ts";
import { charactersOf, MAX_CHARACTERS } from "./message_length.ts";
import { requestId } from "./problem.ts";
import { recipientProblem } from "./recipient_problem.ts";
import { sentNotice } from "./sent_notice.ts";

/** What was typed. The caller keeps it, because a change of language draws a new form. */
export interface Draft {
  to: string;
  text: string;
}

interface SendOptions {
  wpp: WppClient;
  /** The number that it is sent from. */
  session: string;
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
  #text = field("text", h("textarea", { id: "text", rows: 3 }), t().textLength(0, MAX_CHARACTERS));
  #button = h("button", { class: "primary", type: "submit" }, t().sendButton);
  #outcome = h("div", { role: "status", class: "outcome" });

  constructor(options: SendOptions) {
    this.#options = options;
    const { draft } = options;
    const [to, text] = [this.#to.control, this.#text.control];
    to.value = draft.to;
    to.oninput = () => {
      draft.to = to.value;
      this.#to.complain("");
    };
    text.value = draft.text;
    text.oninput = () => {
      draft.text = text.value;
      this.#text.complain(this.#text.isWrong() ? textProblem(text.value) : "");
      this.#count();
    };
    this.#count();
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

  #count() {
    const length = charactersOf(this.#options.draft.text);
    this.#text.hint.textContent = t().textLength(length, MAX_CHARACTERS);
    this.#text.hint.classList.toggle("over", length > MAX_CHARACTERS);
  }

  async #send(again = false) {
    if (this.#button.getAttribute("aria-disabled") || !this.#isFilled()) return;
    const { wpp, draft, session } = this.#options;
    this.#button.setAttribute("aria-disabled", "true");
    this.#button.textContent = t().sending;
    this.#outcome.replaceChildren();
    try {
      const sent = await wpp.send({ ...draft, session }, { again });
      this.#text.control.value = draft.text = "";
      this.#count();
      this.#outcome.append(sentNotice(this.#options, sent));
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
    this.#text.complain(textProblem(text));
    return !this.#focusWrong();
  }

  #showFailure(error: WppError) {
    const { code, fields } = error;
    if (LOST_CODES.includes(code)) return this.#options.onLost(error);
    if (error.mayHaveSent) {
      return this.#outcome.append(unknown(error, () => this.#send(true)));
    }
    if (fields.to) this.#to.complain(recipientProblem(fields.to, t()));
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

/** The complaint about a message that need not be sent to be refused. */
function textProblem(text: string): string {
  if (text.trim() === "") return t().textEmpty;
  const length = charactersOf(text);
  return length > MAX_CHARACTERS ? t().textTooLong(length, MAX_CHARACTERS) : "";
}

function notSent({ code, retryable, requestId: id }: WppError): HTMLElement {
  const title = h("strong", {}, t().notSent);
  const why = retryable ? `${errorText(code)} ${t().sendLater}` : errorText(code);
  return notice("error", title, h("span", {}, why), requestId(id));
}

/** `delivery_unknown` stays so for its key. After other errors the same message, sent again, tells. */
function unknown({ code, requestId: id }: WppError, sendAnyway: () => void): HTMLElement {
  const title = h("strong", {}, t().unknown);
  if (code !== "delivery_unknown") {
    const why = `${errorText(code)} ${t().sendUnchanged}`;
    return notice("warning", title, h("span", {}, why), requestId(id));
  }
  const button = h("button", { type: "button", onclick: sendAnyway }, t().sendAnyway);
  return notice("warning", title, h("span", {}, t().unknownLead), button);
}

function field<C extends HTMLInputElement | HTMLTextAreaElement>(
  id: string,
  control: C,
  hint: string,
) {
  const complaint = h("p", { id: `${id}-error`, class: "complaint" });
  const hintLine = h("p", { id: `${id}-hint`, class: "hint" }, hint);
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const isWrong = () => control.getAttribute("aria-invalid") === "true";
  const complain = (text: string) => {
    complaint.textContent = text;
    control.setAttribute("aria-invalid", String(text !== ""));
  };
  const element = h("div", {}, control, hintLine, complaint);
  return { element, control, hint: hintLine, isWrong, complain };
}
