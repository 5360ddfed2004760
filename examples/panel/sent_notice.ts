import { type SendOutput, type WppClient, WppError } from "../../client/wpp_client.ts";
import { deleteQuestion } from "./delete_question.ts";
import { h, notice } from "./dom.ts";
import { t } from "./language.ts";
import { ask } from "./question.ts";

interface SentOptions {
  wpp: WppClient;
  openChat(chatId: string): void;
  /** The sign-in has ended. */
  onLost: (error: WppError) => void;
}

/** Says that a message was accepted; from there its chat is opened, or the message deleted. */
export function sentNotice(
  { wpp, openChat, onLost }: SentOptions,
  sent: SendOutput,
): HTMLElement {
  async function onclick() {
    try {
      if (!await ask(deleteQuestion(wpp, sent.messageId))) return;
      const deleted = notice("success", t().deleted(sent.to));
      deleted.tabIndex = -1; // the button that had the focus is gone
      element.replaceWith(deleted);
      deleted.focus();
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      onLost(error);
    }
  }
  const button = (text: string, onclick: () => void) =>
    h("button", { type: "button", class: "small", onclick }, text);
  const element = notice(
    "success",
    h("span", {}, t().accepted(sent.to)),
    h(
      "div",
      { class: "buttons" },
      button(t().openChat, () => openChat(sent.chatId)),
      button(t().delete, onclick),
    ),
  );
  return element;
}
