import type { Chat, WppError } from "../../client/wpp_client.ts";
import { Attachment } from "./attachment.ts";
import { chatName } from "./chat_words.ts";
import type { Chats } from "./chats.ts";
import { h, notice } from "./dom.ts";
import { textField, textProblem } from "./field.ts";
import { t } from "./language.ts";
import { SendControls } from "./send_controls.ts";
import type { OutgoingFile } from "./outgoing_file.ts";
import { notSent, unknown } from "./send_outcome.ts";

export interface ComposerOptions {
  chats: Chats;
  /** Files that are dropped here are attached. */
  dropArea: HTMLElement;
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
  readonly #attachment: Attachment;

  constructor(options: ComposerOptions, chat: Chat) {
    this.#options = options;
    this.#chat = chat;
    const { drafts, files } = options.chats;
    this.#text = textField(
      "reply",
      2,
      drafts.get(chat.id) ?? "",
      (text) => drafts.set(chat.id, text),
    );
    this.#text.control.addEventListener("keydown", (event) => this.#onKey(event));
    this.#attachment = new Attachment({
      ...{ chatId: chat.id, files },
      say: (child) => this.#sending.outcome.replaceChildren(child),
      onChange: () => this.#text.control.focus(),
    });
    this.#attachment.listen(options.dropArea, this.#text.control);
    const onsubmit = (event: Event) => {
      event.preventDefault();
      this.#send();
    };
    this.element = h(
      "form",
      { class: "composer", novalidate: true, onsubmit },
      h("label", { for: "reply", class: "spoken" }, t().messageTo(chatName(chat))),
      this.#attachment.element,
      this.#text.element,
      this.#attachment.button,
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
    if (this.#sending.isSending) return;
    const { file } = this.#attachment;
    if (file) return await this.#sendFile(file, again);
    const { control } = this.#text;
    const text = control.value;
    this.#text.complain(textProblem(text));
    if (this.#text.isWrong()) return control.focus();
    this.#text.set(""); // the thread shows it from now on
    await this.#sending.run(async () => {
      await this.#options.chats.send({ chatId: this.#chat.id, text }, { again });
      this.#say(t().replySent);
    }, (error) => {
      this.#putBack(text);
      this.#showFailure(error);
    });
  }

  /** What was written goes with a picture, and stays otherwise. */
  async #sendFile(file: OutgoingFile, again: boolean): Promise<void> {
    const { chats } = this.#options;
    const caption = file.isPicture ? this.#text.control.value : "";
    this.#text.complain(caption.trim() && textProblem(caption));
    if (this.#text.isWrong()) return this.#text.control.focus();
    if (caption) this.#text.set("");
    await this.#sending.run(async () => {
      try {
        const options = { chatId: this.#chat.id, caption, again };
        await file.send((...message) => chats.sendFile(...message), options);
      } catch (error) {
        if (!file.isCancelled) throw error;
        this.#putBack(caption);
        return this.#say(t().uploadCancelled);
      }
      this.#attachment.remove();
      this.#say(t().replySent);
    }, (error) => {
      this.#putBack(caption);
      this.#showFailure(error);
    });
  }

  #say(words: string): void {
    this.#sending.outcome.append(h("span", { class: "spoken" }, words));
  }

  #putBack(text: string): void {
    const typed = this.#text.control.value; // meanwhile
    if (text) this.#text.set(typed === "" ? text : `${text}\n${typed}`);
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
    const isUnusable = fields.media !== undefined || fields.file !== undefined;
    this.#sending.outcome.append(isUnusable ? notice("error", t().fileUnusable) : notSent(error));
    if (CONNECTION_CODES.includes(code)) this.#options.checkNow();
  }
}
