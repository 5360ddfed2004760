import type { Chat, InboxMessage, Message, OpenChat } from "../../client/wpp_client.ts";
import { dayOf, isSameDay } from "./chat_time.ts";
import { authorOf, chatName } from "./chat_words.ts";
import { MAX_MESSAGES } from "./chats.ts";
import { h, spinner } from "./dom.ts";
import { t } from "./language.ts";
import type { MessageMenuOptions } from "./message_menu.ts";
import { MessageView } from "./message_view.ts";
import { Scroll } from "./scroll.ts";

/** How many messages stay when the end of the thread is shown again. */
const MAX_AT_END = 200;

interface ThreadViewOptions extends MessageMenuOptions {
  /** Who is signed in. */
  user: string;
  /** Reads the page before the oldest message. */
  readPage(): void;
  /** Its end is on the screen. */
  onSeen(): void;
  /** Lets go of older pages. */
  letGo(): void;
}

/** The messages of a chat: oldest first, scrolled to the end. */
export class ThreadView {
  readonly element: HTMLElement;
  readonly #options: ThreadViewOptions;
  readonly #above = h("div", { class: "above" });
  readonly #list = h("ol", {
    class: "thread",
    onkeydown: (event) => this.#onKey(event as KeyboardEvent),
  });
  readonly #newest = h("button", {
    type: "button",
    class: "small newest",
    hidden: true,
    onclick: () => this.#goToEnd(),
  }, t().newest);
  readonly #scroll: Scroll;
  #views = new Map<string, MessageView>();
  /** The message at which the Tab key stops. */
  #current: string | undefined;
  #aboveShown = "";
  #thread: OpenChat | undefined;
  /** What was drawn last. */
  #drawn: { chat: Chat; messages: readonly InboxMessage[] } | undefined;

  constructor(options: ThreadViewOptions) {
    this.#options = options;
    this.#scroll = new Scroll(h("div", { class: "scroll" }, this.#above, this.#list), {
      onTop: () => this.#readPage(),
      onEnd: () => this.#onEnd(),
      onAway: () => this.#newest.hidden = false,
    });
    this.element = h("div", { class: "messages" }, this.#scroll.element, this.#newest);
  }

  /** Draws what has changed. */
  update(chat: Chat, thread: OpenChat): void {
    this.#thread = thread;
    this.#list.setAttribute("aria-label", t().thread(chatName(chat)));
    this.#drawAbove(thread);
    const { messages } = thread;
    if (this.#drawn?.messages === messages && this.#drawn.chat === chat) return;
    this.#drawn = { chat, messages };
    const last = messages.at(-1);
    const isJustSent = last?.optimistic && !this.#views.has(last.id);
    this.#scroll.keepPlace(() => this.#draw(chat, messages));
    if (isJustSent) this.#scroll.toEnd();
  }

  #draw(chat: Chat, messages: readonly InboxMessage[]): void {
    const views = new Map<string, MessageView>();
    let before: Message | undefined;
    let next = this.#list.firstChild;
    for (const message of messages) {
      const view = this.#views.get(message.id) ?? new MessageView(this.#options);
      views.set(message.id, view);
      view.update(message, this.#place(message, before, chat));
      this.#views.delete(message.id);
      if (view.element === next) next = next.nextSibling;
      else this.#list.insertBefore(view.element, next);
      before = message;
    }
    for (const { element } of this.#views.values()) element.remove();
    this.#views = views;
    this.#list.hidden = messages.length === 0;
    if (!views.has(this.#current ?? "")) this.#setCurrent(messages.at(-1)?.id);
  }

  #place(message: Message, before: Message | undefined, chat: Chat) {
    const { user } = this.#options;
    const isNewDay = before === undefined || !isSameDay(before.sent_at, message.sent_at);
    const isFollowing = !isNewDay && before.direction === message.direction &&
      authorOf(before, chat, user) === authorOf(message, chat, user);
    return { chat, user, day: isNewDay ? dayOf(message.sent_at) : undefined, isFollowing };
  }

  /** What is above the oldest message: a button for older ones, or why there are none. */
  #drawAbove({ isLoaded, isLoading, more, problem, messages }: OpenChat): void {
    const isFull = more && messages.length >= MAX_MESSAGES;
    const state = JSON.stringify([isLoading, more, isFull, problem?.code, messages.length === 0]);
    if (state === this.#aboveShown) return;
    this.#aboveShown = state;
    const button = () =>
      h(
        "button",
        { type: "button", class: "small", onclick: this.#options.readPage },
        isLoaded ? t().older : t().actions.try_again,
      );
    const children = isLoading
      ? [spinner(), h("span", {}, t().threadLoading)]
      : problem
      ? [h("span", {}, t().threadFailed), button()]
      : isFull
      ? [h("span", {}, t().threadFull(MAX_MESSAGES))]
      : more
      ? [button()]
      : messages.length === 0
      ? [h("span", {}, t().threadEmpty)]
      : [];
    this.#above.replaceChildren(...children);
  }

  #readPage(): void {
    const { isLoaded, isLoading, more, problem } = this.#thread!;
    if (isLoaded && more && !isLoading && !problem) this.#options.readPage();
  }

  #onEnd(): void {
    this.#newest.hidden = true;
    this.#options.onSeen();
    const { messages = [], isLoading } = this.#thread ?? {};
    if (messages.length > MAX_AT_END && !isLoading) this.#options.letGo();
  }

  #goToEnd(): void {
    this.#scroll.toEnd();
    this.#views.get(this.#thread!.messages.at(-1)?.id ?? "")?.element.focus({
      preventScroll: true,
    });
  }

  /** The arrow keys go from message to message. */
  #onKey(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const isMessage = (event.target as Element).parentElement === this.#list;
    if (step === undefined || !isMessage) return;
    event.preventDefault();
    const { messages } = this.#thread!;
    const index = messages.findIndex(({ id }) => id === this.#current) + step;
    if (!messages[index]) return;
    this.#setCurrent(messages[index].id);
    this.#views.get(messages[index].id)!.element.focus();
  }

  #setCurrent(id: string | undefined): void {
    const before = this.#views.get(this.#current ?? "");
    if (before) before.isCurrent = false;
    this.#current = id;
    const view = this.#views.get(id ?? "");
    if (view) view.isCurrent = true;
  }
}
