import { h, notice } from "./dom.ts";
import { t } from "./language.ts";

/** What a contact writes: as the simulator takes it. */
export interface IncomingWriting {
  from?: string;
  lid?: string;
  group?: string;
  text?: string;
  media?: Exclude<Media, "">;
  caption?: string;
}

type Kind = "person" | "group" | "lid";
/** What they send besides text, in the simulator's words; empty: nothing. */
type Media = "" | "image" | "ptt" | "audio" | "video" | "document" | "sticker";

/** Digits of WhatsApp that are no phone number, so that these chats have one each. */
const GROUP = "120363000000000001";
const LID = "98765432109876";

/** A box in which one plays a contact who writes; only where the platform is simulated. */
export function phoneWrites(write: (writing: IncomingWriting) => Promise<void>): HTMLElement {
  const from = h("input", { id: "from", type: "tel", autocomplete: "off", value: "+79991112233" });
  const kinds = Object.entries(t().fromKinds)
    .map(([value, name]) => h("option", { value }, name));
  const kind = h("select", { id: "from-as" }, ...kinds);
  const text = h("input", { id: "from-text", type: "text", autocomplete: "off", dir: "auto" });
  const files = Object.entries(t().fromMedia).map(([value, name]) => h("option", { value }, name));
  const media = h("select", { id: "from-media" }, ...files);
  const outcome = h("div", { role: "alert" });

  async function onsubmit(event: Event) {
    event.preventDefault();
    outcome.replaceChildren();
    const sender = senderOf(kind.value as Kind, from.value.trim());
    const file = media.value as Media;
    const content = file === ""
      ? { text: text.value }
      : { media: file, ...(text.value && { caption: text.value }) };
    try {
      await write({ ...sender, ...content });
      text.value = "";
    } catch {
      outcome.append(notice("error", t().phoneFailed));
    }
  }

  return h(
    "details",
    { class: "card phone" },
    h("summary", {}, t().phoneWrites),
    h("p", { class: "hint" }, t().phoneWritesHint),
    h(
      "form",
      { onsubmit },
      h("div", {}, h("label", { for: "from" }, t().from), from),
      h("div", {}, h("label", { for: "from-as" }, t().fromAs), kind),
      h("div", { class: "text" }, h("label", { for: "from-text" }, t().phoneText), text),
      h("div", {}, h("label", { for: "from-media" }, t().fromWith), media),
      h("button", { type: "submit" }, t().phoneSend),
      outcome,
    ),
  );
}

function senderOf(kind: Kind, from: string): IncomingWriting {
  if (kind === "group") return { from, group: GROUP };
  return kind === "lid" ? { lid: LID } : { from };
}
