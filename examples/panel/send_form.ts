import type { Inbox, WppClient, WppError } from "../../client/wpp_client.ts";
import { h } from "./dom.ts";
import { field, textField, textProblem } from "./field.ts";
import { t } from "./language.ts";
import { recipientProblem } from "./recipient_problem.ts";
import { SendControls } from "./send_controls.ts";
import { notSent, unknown } from "./send_outcome.ts";
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
  send: Inbox["send"];
  onSent(): void;
  openChat(chatId: string): void;
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
  #text: ReturnType<typeof textField>;
  readonly #sending = new SendControls();

  constructor(options: SendOptions) {
    this.#options = options;
    const { draft } = options;
    const to = this.#to.control;
    this.#text = textField("text", 3, draft.text, (text) => draft.text = text);
    to.value = draft.to;
    to.oninput = () => {
      draft.to = to.value;
      this.#to.complain("");
    };
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
        this.#sending.button,
        this.#sending.outcome,
      ),
    );
  }

  async #send(again = false) {
    if (this.#sending.isSending || !this.#isFilled()) return;
    const { send, draft, session } = this.#options;
    await this.#sending.run(async () => {
      const sent = await send({ ...draft, session }, { again });
      this.#text.set("");
      this.#options.onSent();
      this.#sending.outcome.append(sentNotice(this.#options, sent));
    }, (error) => this.#showFailure(error));
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
      return this.#sending.outcome.append(unknown(error, () => this.#send(true)));
    }
    if (fields.to) this.#to.complain(recipientProblem(fields.to, t()));
    if (fields.text) this.#text.complain(t().textInvalid);
    if (!this.#focusWrong()) this.#sending.outcome.append(notSent(error));
  }

  /** Focuses the first field with a complaint. Returns whether there is one. */
  #focusWrong(): boolean {
    const wrong = [this.#to, this.#text].find((one) => one.isWrong());
    wrong?.control.focus();
    return wrong !== undefined;
  }
}
