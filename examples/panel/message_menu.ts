import { type Chat, type Message, type WppClient, WppError } from "../../client/wpp_client.ts";
import { deleteQuestion } from "./delete_question.ts";
import { h, notice } from "./dom.ts";
import { errorText, t } from "./language.ts";
import { ask } from "./question.ts";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export interface MessageMenuOptions {
  wpp: WppClient;
  /** Something was done: the message has changed. */
  onDone(): void;
  /** The sign-in has ended. */
  onLost(error: WppError): void;
}

/** What can be done with a message: a button that opens a row of emojis, and one to delete it. */
export class MessageMenu {
  readonly element = h("div", { class: "menu" });
  readonly #options: MessageMenuOptions;
  readonly #leave: () => void;
  readonly #toggle = h("button", {
    type: "button",
    class: "small",
    tabindex: -1,
    onclick: () => this.#isOpen ? this.#close() : this.#open(),
  }, h("span", { "aria-hidden": "true" }, "⋯"));
  #message: Message | undefined;
  #canReact = false;
  #canDelete = false;
  #isOpen = false;
  #isBusy = false;

  /** @param leave Gives the focus to the message. */
  constructor(options: MessageMenuOptions, leave: () => void) {
    this.#options = options;
    this.#leave = leave;
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#isOpen) return;
      this.#close();
      this.#toggle.focus();
    });
  }

  /** Offers what can be done with the message as it is now. */
  update(message: Message, chat: Chat): void {
    this.#message = message;
    const { direction, deleted_at, task_id, wa_message_id, reactions } = message;
    const isThere = deleted_at === null;
    this.#canReact = isThere && wa_message_id !== null && chat.phone !== null;
    this.#canDelete = isThere && direction === "out" && task_id !== null;
    const hadFocus = this.element.contains(document.activeElement);
    if (!this.#canReact && !this.#canDelete) {
      this.#isOpen = false;
      this.element.replaceChildren();
      if (hadFocus) this.#leave();
      return;
    }
    if (!this.#toggle.isConnected) this.#close();
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-emoji]")) {
      button.ariaPressed = String(isOurs(reactions, button.dataset.emoji!));
    }
  }

  set isReachable(isReachable: boolean) {
    this.#toggle.tabIndex = isReachable ? 0 : -1;
    if (!isReachable && this.#isOpen) this.#close();
  }

  #close(): void {
    this.#isOpen = false;
    this.#toggle.setAttribute("aria-label", t().messageActions);
    this.#toggle.ariaExpanded = "false";
    if (this.element.firstChild !== this.#toggle) this.element.replaceChildren(this.#toggle);
    while (this.#toggle.nextSibling) this.#toggle.nextSibling.remove();
  }

  #open(): void {
    this.#isOpen = true;
    this.#toggle.ariaExpanded = "true";
    const emojis = this.#canReact ? EMOJIS.map((emoji) => this.#emoji(emoji)) : [];
    const onclick = () => this.#delete();
    const remove = this.#canDelete &&
      h("button", { type: "button", class: "small", onclick }, t().delete);
    this.element.append(
      h("div", { class: "buttons" }, ...emojis, remove),
      h("div", { role: "alert" }),
    );
  }

  #emoji(emoji: string): HTMLElement {
    return h("button", {
      type: "button",
      class: "small",
      "data-emoji": emoji,
      "aria-label": t().reactWith(emoji),
      "aria-pressed": String(isOurs(this.#message!.reactions, emoji)),
      onclick: () => this.#react(emoji),
    }, emoji);
  }

  /** Reacts; with the emoji that is ours already it takes that back. */
  async #react(emoji: string): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { id, reactions } = this.#message!;
    const outcome = this.element.querySelector("[role=alert]")!;
    outcome.replaceChildren();
    try {
      const chosen = isOurs(reactions, emoji) ? "" : emoji;
      await this.#options.wpp.react({ messageId: id, emoji: chosen });
      this.#finish();
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      if (error.code === "unauthorized") return this.#options.onLost(error);
      outcome.append(notice("error", errorText(error.code)));
    } finally {
      this.#isBusy = false;
    }
  }

  async #delete(): Promise<void> {
    try {
      const isDone = await ask(deleteQuestion(this.#options.wpp, this.#message!.id));
      // Told of sooner than answered, the deletion took away what the focus would come back to.
      const isLost = !this.#toggle.isConnected && document.activeElement === document.body;
      if (isLost) this.#leave();
      if (isDone) this.#finish();
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      this.#options.onLost(error);
    }
  }

  #finish(): void {
    const hadFocus = this.element.contains(document.activeElement);
    if (this.#toggle.isConnected) this.#close();
    if (hadFocus) this.#toggle.focus();
    this.#options.onDone();
  }
}

function isOurs(reactions: Message["reactions"], emoji: string): boolean {
  return reactions.some((one) => one.by === "me" && one.emoji === emoji);
}
