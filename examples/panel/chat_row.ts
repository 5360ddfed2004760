import type { Chat } from "../../client/wpp_client.ts";
import { shortTime } from "./chat_time.ts";
import { chatName, contentOf } from "./chat_words.ts";
import { h } from "./dom.ts";
import { t } from "./language.ts";

/** A chat in the list: its name, its last message, and how much of it is unread. */
export class ChatRow {
  readonly button: HTMLElement;
  readonly element: HTMLElement;
  #shown = "";

  constructor(onOpen: () => void) {
    this.button = h("button", { type: "button", onclick: onOpen });
    this.element = h("li", {}, this.button);
  }

  update(chat: Chat, isOpen: boolean): void {
    const { name, phone, last_message_at: at, unread_count } = chat;
    if (isOpen) this.button.setAttribute("aria-current", "true");
    else this.button.removeAttribute("aria-current");
    const time = at === null ? "" : shortTime(at);
    const shown = JSON.stringify([chat.change, name, phone, time]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.button.replaceChildren(
      h("strong", { class: "name", dir: "auto" }, chatName(chat)),
      h("time", { datetime: at ?? undefined }, time),
      h("span", { class: "preview", dir: "auto" }, preview(chat)),
      ...(unread_count > 0 ? [badge(unread_count)] : []),
    );
  }
}

function badge(count: number): HTMLElement {
  return h(
    "span",
    { class: "unread" },
    h("span", { "aria-hidden": "true" }, count > 999 ? "999+" : String(count)),
    h("span", { class: "spoken" }, t().unread(count)),
  );
}

function preview({ last_message: last }: Chat): string {
  if (last === null) return "";
  const text = contentOf({ ...last, deleted_at: last.deleted ? "" : null });
  return last.direction === "out" && !last.deleted ? t().sentPreview(text) : text;
}
