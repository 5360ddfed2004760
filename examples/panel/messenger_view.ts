import { channelLine } from "./channel_line.ts";
import { ChatListView } from "./chat_list_view.ts";
import { backButton, ChatView, type ChatViewOptions } from "./chat_view.ts";
import { h, type View } from "./dom.ts";
import { t } from "./language.ts";
import { problemArea } from "./problem.ts";
import { type Draft, sendForm } from "./send_form.ts";

/** As in chats.css: a screen that shows the list or the open chat. */
const NARROW = "(max-width: 44rem)";

export interface MessengerOptions extends ChatViewOptions {
  /** The number that new chats go out from. */
  session: string;
  draft: Draft;
}

/** The chats beside the one that is open; on a narrow screen one of both. */
export function messengerView(options: MessengerOptions): HTMLElement {
  return new Messenger(options).element;
}

class Messenger {
  readonly element: HTMLElement;
  readonly #options: MessengerOptions;
  readonly #problem = problemArea(t().chatsFailed);
  readonly #list: ChatListView;
  readonly #channel = channelLine();
  readonly #pane = h("div", { class: "pane", tabindex: -1 });
  #open: { chatId: string | undefined; view: View<void> } | undefined;

  constructor(options: MessengerOptions) {
    this.#options = options;
    const { chats } = options;
    this.#list = new ChatListView(chats, {
      open: (chatId) => this.#show(() => chats.open(chatId)),
      openNew: () => this.#show(() => chats.openNew()),
    });
    const { element } = this.#problem;
    this.element = h(
      "div",
      { class: "messenger" },
      element,
      this.#list.element,
      this.#channel.element,
      this.#pane,
    );
    chats.onChange = () => this.#update();
    this.#update();
  }

  #update(): void {
    const { chats } = this.#options;
    const { snapshot } = chats;
    const problem = snapshot.problem ?? chats.search.problem;
    // Offline, the page says so above.
    this.#problem.update(snapshot.channel === "offline" ? {} : { problem });
    this.#channel.update(snapshot);
    this.#list.update();
    const before = this.#open?.chatId;
    const chatId = snapshot.chat?.id;
    const isOpen = chatId !== undefined || chats.isNew;
    const isBack = !isOpen && this.element.classList.contains("is-open");
    this.element.classList.toggle("is-open", isOpen);
    if (!this.#open || before !== chatId) {
      const view = chatId ? new ChatView(this.#options, chatId) : this.#newChat();
      this.#open = { chatId, view };
      this.#pane.replaceChildren(view.element);
    }
    this.#open.view.update();
    if (isBack) this.#list.focus(before);
  }

  #newChat(): View<void> {
    const { wpp, session, draft, chats, onLost } = this.#options;
    const form = sendForm({
      wpp,
      session,
      draft,
      onLost,
      send: (...message) => chats.send(...message),
      onSent: () => chats.refresh(),
      openChat: (chatId) => this.#show(() => chats.open(chatId)),
    });
    const element = h("div", { class: "chat new" }, backButton(chats), form);
    return { element, update() {} };
  }

  /** Does what a person asked for, and gives the focus to what opens. */
  #show(open: () => void): void {
    open();
    if (matchMedia(NARROW).matches) this.element.scrollIntoView();
    (this.#pane.querySelector<HTMLElement>("#to, .head h2") ?? this.#pane).focus();
  }
}
