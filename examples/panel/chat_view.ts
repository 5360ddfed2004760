import { type Chat, type WppClient, WppError } from "../../client/wpp_client.ts";
import { chatName } from "./chat_words.ts";
import type { ChatStore } from "./chat_store.ts";
import { composer } from "./composer.ts";
import { h, heading, spinner } from "./dom.ts";
import { t } from "./language.ts";
import { nameForm } from "./name_form.ts";
import type { Thread } from "./thread.ts";
import { ThreadView } from "./thread_view.ts";

export interface ChatViewOptions {
  wpp: WppClient;
  chats: ChatStore;
  checkNow(): void;
  onLost(error: WppError): void;
}

/** On a narrow screen: leads to the list of the chats. */
export function backButton(chats: ChatStore): HTMLElement {
  return h(
    "button",
    { type: "button", class: "small back", onclick: () => chats.open(), "aria-label": t().back },
    h("span", { "aria-hidden": "true" }, "←"),
  );
}

/** The open chat: whom it is with, its messages, and where one writes. */
export class ChatView {
  readonly element = h("div", { class: "chat" }, h("div", { class: "above" }, spinner()));
  readonly #options: ChatViewOptions;
  readonly #thread: Thread;
  readonly #head = h("div", { class: "head" });
  #messages: ThreadView | undefined;
  #shown = "";
  #isRenaming = false;
  /** The number by which all that was seen has arrived. */
  #seen = 0;

  constructor(options: ChatViewOptions, thread: Thread) {
    this.#options = options;
    this.#thread = thread;
  }

  /** Draws what has changed. */
  update(): void {
    const chat = this.#chat;
    if (!chat) return; // it has just begun: its row comes with the next read
    this.#messages ??= this.#begin(chat);
    this.#drawHead(chat);
    this.#messages.update(chat);
  }

  get #chat(): Chat | undefined {
    return this.#options.chats.list.get(this.#thread.chatId);
  }

  #begin(chat: Chat): ThreadView {
    const { wpp, chats, checkNow, onLost } = this.#options;
    const onDone = () => chats.refresh();
    const messages = new ThreadView({
      wpp,
      user: chats.user,
      onDone,
      onLost,
      readPage: () => chats.readPage(this.#thread),
      onSeen: () => this.#onSeen(),
      onTrimmed: () => chats.onChange(),
    }, this.#thread);
    const { drafts } = chats;
    this.element.replaceChildren(
      this.#head,
      messages.element,
      composer({ wpp, drafts, checkNow, onLost, onSent: onDone }, chat),
    );
    return messages;
  }

  /** Its end is on the screen: what came in is read. */
  async #onSeen(): Promise<void> {
    const { isLoaded, arrived } = this.#thread;
    if (!isLoaded || document.visibilityState !== "visible") return;
    if (arrived <= this.#seen || !this.#chat?.unread_count) return;
    this.#seen = arrived;
    if (!await this.#options.chats.markRead(this.#thread)) this.#seen = 0;
  }

  #drawHead(chat: Chat): void {
    const shown = JSON.stringify([chatName(chat), chat.phone, this.#isRenaming]);
    if (shown === this.#shown || (this.#isRenaming && this.#shown.endsWith("true]"))) return;
    this.#shown = shown;
    const facts = chat.kind === "group" ? t().group : chat.phone ?? t().hiddenNumber;
    this.#head.replaceChildren(
      backButton(this.#options.chats),
      ...(this.#isRenaming ? [this.#form(chat)] : [
        heading(chatName(chat)),
        ...(facts === chatName(chat) ? [] : [h("span", { class: "hint" }, facts)]),
        h(
          "button",
          { type: "button", class: "small rename", onclick: () => this.#rename(true) },
          t().renameChat,
        ),
      ]),
    );
  }

  #form(chat: Chat): HTMLElement {
    return nameForm({
      id: "chat",
      name: chatName(chat),
      submit: t().save,
      save: async (name) => {
        await this.#options.chats.rename(chat.id, name);
        this.#rename(false);
      },
      cancel: () => this.#rename(false),
    });
  }

  #rename(isRenaming: boolean): void {
    this.#isRenaming = isRenaming;
    this.#drawHead(this.#chat!);
    const { element } = this;
    if (isRenaming) element.querySelector<HTMLInputElement>("#name-chat")?.select();
    else element.querySelector<HTMLElement>(".rename")?.focus();
  }
}
