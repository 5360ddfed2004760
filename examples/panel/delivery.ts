import type { Message } from "../../client/wpp_client.ts";
import { h } from "./dom.ts";
import { errorText, t } from "./language.ts";
import type { Texts } from "./texts_en.ts";

export type Delivery = keyof Texts["deliveries"];

/** How far a message of ours has come: what WhatsApp told, else what became of handing it over. */
export function deliveryOf(
  { status, delivery }: Pick<Message, "status" | "delivery">,
): Delivery {
  if (delivery !== null) return delivery as Delivery;
  if (status === "sending" || status === "failed" || status === "unknown") return status;
  return status === "accepted" ? "queued" : "sent"; // the phone itself sent what has no status
}

/** Why a message did not arrive, or what to do where that is not known. Empty: all is well. */
export function deliveryProblem(message: Message): string {
  const delivery = deliveryOf(message);
  if (delivery === "unknown") return `${t().unknown} ${t().unknownLead}`;
  if (delivery !== "failed") return "";
  return message.error_code === null ? t().notDelivered : errorText(message.error_code);
}

/** The ticks and the word for how far a message has come. */
export function ticks(delivery: Delivery): HTMLElement {
  return h("span", { class: `ticks ${delivery}` }, drawing(delivery), t().deliveries[delivery]);
}

const CLOCK = "M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.2l2 1.3";
const PATHS: Record<Delivery, string> = {
  sending: CLOCK,
  queued: CLOCK,
  sent: "M3.5 8.5l3 3 6-7",
  delivered: "M1 8.5l3 3 6-7M7.5 10.5l1 1 6-7",
  read: "M1 8.5l3 3 6-7M7.5 10.5l1 1 6-7",
  failed: "M4 4l8 8M12 4l-8 8",
  unknown: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.4v.2",
};

function drawing(delivery: Delivery): SVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", PATHS[delivery]);
  svg.append(path);
  return svg;
}
