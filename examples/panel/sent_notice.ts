import { type SendOutput, type WppClient, WppError } from "../../client/wpp_client.ts";
import { h, notice } from "./dom.ts";
import { t } from "./language.ts";
import { ask, type Question } from "./question.ts";

interface SentOptions {
  wpp: WppClient;
  /** The sign-in has ended. */
  onLost: (error: WppError) => void;
}

/** Says that a message was accepted, and lets it be deleted. */
export function sentNotice({ wpp, onLost }: SentOptions, sent: SendOutput): HTMLElement {
  async function onclick() {
    try {
      if (!await ask(deleteQuestion(wpp, sent))) return;
      const deleted = notice("success", t().deleted(sent.to));
      deleted.tabIndex = -1; // the button that had the focus is gone
      element.replaceWith(deleted);
      deleted.focus();
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      onLost(error);
    }
  }
  const remove = h("button", { type: "button", class: "small", onclick }, t().delete);
  const element = notice("success", h("span", {}, t().accepted(sent.to)), remove);
  return element;
}

function deleteQuestion(wpp: WppClient, { messageId }: SendOutput): Question {
  return {
    title: t().deleteTitle,
    lead: t().deleteLead,
    deed: {
      confirm: t().deleteButton,
      doing: t().deleting,
      act: () => wpp.deleteMessage({ messageId }),
    },
  };
}
