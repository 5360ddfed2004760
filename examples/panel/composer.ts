import type { Chat, WppError } from "../../client/wpp_client.ts";
import { chatName } from "./chat_words.ts";
import type { Chats } from "./chats.ts";
import { h } from "./dom.ts";
import { textField, textProblem } from "./field.ts";
import { t } from "./language.ts";
import { SendControls } from "./send_controls.ts";
import { notSent, unknown } from "./send_outcome.ts";

export interface ComposerOptions {
  chats: Chats;
  /** A send found that the connection may be lost. */
  checkNow(): void;
  /** The sign-in has ended. */
  onLost(error: WppError): void;
}

/** Errors that are about the connection. */
const CONNECTION_CODES = ["not_connected", "reconnect_required", "integration_not_found"];

/** Where one writes into a chat; or, where that cannot be done, why. */
export function composer(options: ComposerOptions, chat: Chat): HTMLElement {
  if (chat.phone !== null) return new Composer(options, chat).element;
  const why = chat.kind === "group" ? t().noReplyGroup : t().noReplyHidden;
  return h("p", { class: "composer hint" }, why);
}

class Composer {
  readonly element: HTMLElement;
  readonly #options: ComposerOptions;
  readonly #chat: Chat;
  readonly #text: ReturnType<typeof textField>;
  readonly #sending = new SendControls();

  constructor(options: ComposerOptions, chat: Chat) {
    this.#options = options;
    this.#chat = chat;
    const { drafts } = options.chats;
    this.#text = textField(
      "reply",
      2,
      drafts.get(chat.id) ?? "",
      (text) => drafts.set(chat.id, text),
    );
    this.#text.control.addEventListener("keydown", (event) => this.#onKey(event));
    const onsubmit = (event: Event) => {
      event.preventDefault();
      this.#send();
    };
    this.element = h(
      "form",
      { class: "composer", novalidate: true, onsubmit },
      h("label", { for: "reply", class: "spoken" }, t().messageTo(chatName(chat))),
      this.#text.element,
      this.#sending.button,
      h("p", { class: "hint keys" }, t().replyHint),
      this.#sending.outcome,
    );
  }

  /** On a touch screen, Enter begins a line: there is no Shift to hold. */
  #onKey(event: KeyboardEvent): void {
    const isPlain = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!isPlain || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.#send();
  }

  async #send(again = false): Promise<void> {
    const { control, complain } = this.#text;
    if (this.#sending.isSending) return;
    const text = control.value;
    complain(textProblem(text));
    if (this.#text.isWrong()) return control.focus();
    this.#text.set(""); // the thread shows it from now on
    await this.#sending.run(async () => {
      await this.#options.chats.send({ chatId: this.#chat.id, text }, { again });
      const said = h("span", { class: "spoken" }, t().replySent);
      this.#sending.outcome.append(said);
    }, (error) => {
      const typed = control.value; // meanwhile
      this.#text.set(typed === "" ? text : `${text}\n${typed}`);
      this.#showFailure(error);
    });
  }

  #showFailure(error: WppError): void {
    const { code, fields } = error;
    if (code === "unauthorized") return this.#options.onLost(error);
    if (error.mayHaveSent) {
      this.#sending.outcome.append(unknown(error, () => this.#send(true)));
      return;
    }
    if (fields.text) {
      this.#text.complain(t().textInvalid);
      return this.#text.control.focus();
    }
    this.#sending.outcome.append(notSent(error));
    if (CONNECTION_CODES.includes(code)) this.#options.checkNow();
  }
}
