import type { Chat, OpenChat, WppClient, WppError } from "../../client/wpp_client.ts";
import { chatName } from "./chat_words.ts";
import type { Chats } from "./chats.ts";
import { composer } from "./composer.ts";
import { h, heading, spinner } from "./dom.ts";
import { t } from "./language.ts";
import { nameForm } from "./name_form.ts";
import { ThreadView } from "./thread_view.ts";

export interface ChatViewOptions {
  wpp: WppClient;
  chats: Chats;
  checkNow(): void;
  onLost(error: WppError): void;
}

/** On a narrow screen: leads to the list of the chats. */
export function backButton(chats: Chats): HTMLElement {
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
  readonly #chatId: string;
  readonly #head = h("div", { class: "head" });
  #messages: ThreadView | undefined;
  #shown = "";
  #isRenaming = false;
  /** The number by which all that was seen has arrived. */
  #seen = 0;

  constructor(options: ChatViewOptions, chatId: string) {
    this.#options = options;
    this.#chatId = chatId;
  }

  /** Draws what has changed. */
  update(): void {
    const [open, chat] = [this.#open, this.#chat];
    if (!open || !chat) return; // it has just begun: its row comes with the next read
    this.#messages ??= this.#begin(chat);
    this.#drawHead(chat);
    this.#messages.update(chat, open);
  }

  get #open(): OpenChat | undefined {
    const { chat } = this.#options.chats.snapshot;
    return chat?.id === this.#chatId ? chat : undefined;
  }

  get #chat(): Chat | undefined {
    return this.#open?.row ?? this.#options.chats.search.get(this.#chatId);
  }

  #begin(chat: Chat): ThreadView {
    const { wpp, chats, checkNow, onLost } = this.#options;
    const messages = new ThreadView({
      wpp,
      user: chats.snapshot.user ?? "",
      onDone: () => chats.refresh(),
      onLost,
      readPage: () => chats.more("messages"),
      onSeen: () => this.#onSeen(),
      letGo: () => chats.open(this.#chatId),
    });
    this.element.replaceChildren(
      this.#head,
      messages.element,
      composer({ chats, checkNow, onLost, dropArea: this.element }, chat),
    );
    return messages;
  }

  /** Its end is on the screen: what came in is read. */
  #onSeen(): void {
    if (document.visibilityState !== "visible" || !this.#chat?.unread_count) return;
    const { messages = [] } = this.#open ?? {};
    const seen = messages.reduce((last, { arrived }) => Math.max(last, arrived ?? 0), 0);
    if (seen <= this.#seen) return;
    this.#seen = seen;
    this.#options.chats.markRead();
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
