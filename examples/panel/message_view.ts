import type { Chat, InboxMessage, Message } from "../../client/wpp_client.ts";
import { timeOfDay } from "./chat_time.ts";
import { authorOf, contentOf } from "./chat_words.ts";
import { deliveryOf, deliveryProblem, ticks } from "./delivery.ts";
import { h } from "./dom.ts";
import { t } from "./language.ts";
import { MediaView } from "./media_view.ts";
import { MessageMenu, type MessageMenuOptions } from "./message_menu.ts";

/** Where a message is shown. */
export interface Place {
  chat: Chat;
  /** Who is signed in. */
  user: string;
  /** The day that begins with it. */
  day: string | undefined;
  /** The message before it is of the same author, who need not be named again. */
  isFollowing: boolean;
}

/** A message of a thread. */
export class MessageView {
  readonly element = h("li", { tabindex: -1 });
  readonly #by = h("p", {});
  readonly #media: MediaView;
  /** All that is below its file: drawn anew with each change, while the file may be playing. */
  readonly #rest = h("div", { class: "rest" });
  readonly #day = h("p", { class: "day" });
  readonly #menu: MessageMenu;
  #shown = "";

  constructor(options: MessageMenuOptions) {
    this.#menu = new MessageMenu(options, () => this.element.focus());
    this.#media = new MediaView(options.wpp);
    const bubble = h("div", { class: "bubble" }, this.#by, this.#media.element, this.#rest);
    this.element.append(this.#day, bubble, this.#menu.element);
  }

  /** Draws what has changed, and leaves a focus in the menu where it is. */
  update(message: InboxMessage, place: Place): void {
    this.#media.update(message);
    const author = authorOf(message, place.chat, place.user);
    const shown = JSON.stringify([
      message.change,
      message.status,
      author,
      place.day,
      place.isFollowing,
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.className = `message ${message.direction}`;
    this.#day.textContent = place.day ?? "";
    this.#by.className = place.isFollowing ? "by spoken" : "by";
    this.#by.textContent = author;
    this.#rest.replaceChildren(
      ...(message.deleted_at === null ? words(message) : [deleted(message)]),
      meta(message),
      ...problem(message),
      ...reactions(message),
    );
    this.#menu.update(message, place.chat);
  }

  /** Whether the Tab key stops here: it does at one message of a thread. */
  set isCurrent(isCurrent: boolean) {
    this.element.tabIndex = isCurrent ? 0 : -1;
    this.#menu.isReachable = isCurrent;
  }
}

function deleted(message: Message): HTMLElement {
  return h("p", { class: "deleted" }, contentOf(message));
}

function words({ text }: Message): HTMLElement[] {
  return text ? [h("p", { class: "text", dir: "auto" }, text)] : [];
}

function meta(message: Message): HTMLElement {
  const { sent_at, edited_at, deleted_at, direction } = message;
  const isOurs = direction === "out" && deleted_at === null;
  return h(
    "p",
    { class: "meta" },
    edited_at !== null && deleted_at === null && h("span", {}, t().edited),
    h("time", { datetime: sent_at }, timeOfDay(sent_at)),
    isOurs && ticks(deliveryOf(message)),
  );
}

function problem(message: Message): HTMLElement[] {
  const isOurs = message.direction === "out" && message.deleted_at === null;
  const text = isOurs ? deliveryProblem(message) : "";
  return text === "" ? [] : [h("p", { class: `why ${deliveryOf(message)}` }, text)];
}

/** A chip for each emoji, with how many chose it. */
function reactions({ reactions, deleted_at }: Message): HTMLElement[] {
  if (deleted_at !== null || reactions.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { emoji } of reactions) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  const chips = [...counts].map(([emoji, count]) =>
    h(
      "li",
      {},
      h("span", { "aria-hidden": "true" }, count > 1 ? `${emoji} ${count}` : emoji),
      h("span", { class: "spoken" }, t().reactions(emoji, count)),
    )
  );
  return [h("ul", { class: "reactions" }, ...chips)];
}
