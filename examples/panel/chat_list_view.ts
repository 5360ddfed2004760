import type { Chat } from "../../client/wpp_client.ts";
import { ChatRow } from "./chat_row.ts";
import type { Chats } from "./chats.ts";
import { h, heading, spinner } from "./dom.ts";
import { t } from "./language.ts";

/** A search waits this long for the next key. */
const TYPING_MS = 300;

interface ChatListActions {
  open(chatId: string): void;
  openNew(): void;
}

/** The list of the chats, with a search and a button for a new one. */
export class ChatListView {
  readonly element: HTMLElement;
  readonly #chats: Chats;
  readonly #actions: ChatListActions;
  readonly #list = h("ul", { "aria-label": t().chats });
  /** What is shown in place of chats. */
  readonly #state = h("div", { class: "none hint", role: "status" });
  readonly #more: HTMLElement;
  #rows = new Map<string, ChatRow>();
  #said: string | undefined;

  constructor(chats: Chats, actions: ChatListActions) {
    this.#chats = chats;
    this.#actions = actions;
    const button = (text: string, onclick: () => void) =>
      h("button", { type: "button", class: "small", onclick }, text);
    this.#more = button(t().moreChats, () => chats.more("chats"));
    this.element = h(
      "section",
      { class: "chats", "aria-label": t().chats },
      h("div", { class: "head" }, heading(t().chats), button(t().newChat, actions.openNew)),
      this.#search(),
      h("div", { class: "scroll" }, this.#state, this.#list, this.#more),
    );
  }

  /** Draws what has changed. */
  update(): void {
    const { snapshot, search } = this.#chats;
    const { isLoaded, moreChats, problem } = snapshot;
    const listed = search.listed(snapshot);
    if (listed.length > 0) this.#say("");
    else if (!isLoaded) this.#say(problem ? "" : t().chatsLoading);
    else this.#say(search.isOn ? t().chatsNone : t().chatsEmpty);
    this.#more.hidden = !moreChats || search.isOn;
    this.#draw(listed, snapshot.chat?.id);
  }

  /** Gives the focus to a chat; without one, to the button for a new one. */
  focus(chatId = ""): void {
    (this.#rows.get(chatId)?.button ?? this.element.querySelector("button"))?.focus();
  }

  #draw(chats: Chat[], open: string | undefined): void {
    const focused = document.activeElement as HTMLElement | null;
    const rows = new Map<string, ChatRow>();
    let next = this.#list.firstChild;
    for (const chat of chats) {
      const row = this.#rows.get(chat.id) ?? new ChatRow(() => this.#actions.open(chat.id));
      rows.set(chat.id, row);
      this.#rows.delete(chat.id);
      row.update(chat, chat.id === open);
      if (row.element === next) next = next.nextSibling;
      else this.#list.insertBefore(row.element, next);
    }
    for (const { element } of this.#rows.values()) element.remove();
    this.#rows = rows;
    this.#list.hidden = chats.length === 0;
    // A row that moves up loses the focus.
    if (document.activeElement !== focused) focused?.focus({ preventScroll: true });
  }

  /** Screen readers read it aloud with each change, so it changes only where the text does. */
  #say(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    const isLoading = text === t().chatsLoading;
    this.#state.replaceChildren(...(text ? [isLoading ? spinner() : "", text] : []));
  }

  #search(): HTMLElement {
    let timer: ReturnType<typeof setTimeout>;
    const input = h("input", {
      id: "search",
      type: "search",
      autocomplete: "off",
      placeholder: t().search,
      value: this.#chats.search.words,
      oninput: () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.#chats.search.find(input.value), TYPING_MS);
      },
    });
    return h(
      "div",
      { class: "search", role: "search" },
      h("label", { for: "search", class: "spoken" }, t().search),
      input,
    );
  }
}
