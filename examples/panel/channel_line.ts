import type { InboxSnapshot } from "../../client/wpp_client.ts";
import { h, type View } from "./dom.ts";
import { t } from "./language.ts";

/** How the page learns of what is new, in words. Read aloud only by who looks for it. */
export function channelLine(): View<InboxSnapshot> {
  const sign = h("span", { class: "sign", "aria-hidden": "true" });
  const words = h("span", {});
  const element = h("p", { class: "channel" }, sign, words);
  const update = ({ channel, isLoaded }: InboxSnapshot) => {
    element.hidden = !isLoaded && channel !== "offline";
    element.dataset.channel = channel;
    words.textContent = t().channels[channel];
  };
  return { element, update };
}
