import { WppError } from "../../client/wpp_client.ts";
import { h } from "./dom.ts";
import { t } from "./language.ts";

/** The button of a form that sends, which says so meanwhile, and the place of what came of it. */
export class SendControls {
  readonly button = h("button", { class: "primary", type: "submit" }, t().sendButton);
  readonly outcome = h("div", { role: "status", class: "outcome" });

  /** Whether a send is under way: another one does not begin then. */
  get isSending(): boolean {
    return this.button.getAttribute("aria-disabled") !== null;
  }

  /** Does the sending. `fail` gets the client's errors. */
  async run(send: () => Promise<void>, fail: (error: WppError) => void): Promise<void> {
    this.button.setAttribute("aria-disabled", "true");
    this.button.textContent = t().sending;
    this.outcome.replaceChildren();
    try {
      await send();
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      fail(error);
    } finally {
      this.button.removeAttribute("aria-disabled");
      this.button.textContent = t().sendButton;
    }
  }
}
