import type { MessageKind } from "./event.ts";
import { type Fields, storable } from "./fields.ts";
import { isMediaKind } from "./kinds.ts";
import { isMediaBody } from "./media.ts";

/** What the platform writes where there is no text: `[Image]`, also before a caption. */
const PLACEHOLDER = /^\s*\[[^[\]\n]{1,40}\]\s*/;

/** What a message says, in words: its text, its caption, the place, the names on contact cards. */
export function messageText(
  payload: Fields,
  kind: MessageKind,
  hasMedia: boolean,
): string | undefined {
  switch (kind) {
    case "location":
      return placeOf(payload) ?? captionOf(payload) ?? coordinatesOf(payload);
    case "contact":
      return contactOf(payload) ?? captionOf(payload);
    default:
      return hasMedia || isMediaKind(kind)
        ? captionOf(payload)
        : payload.text("text", "body", "content", "caption");
  }
}

/** The text beside something else. A caption is never a placeholder, whatever it looks like. */
function captionOf(payload: Fields): string | undefined {
  const names = ["text", "body", "content"]
    .filter((name) => name === "text" || !isMediaBody(payload, name));
  for (const name of names) {
    const text = payload.text(name)?.replace(PLACEHOLDER, "");
    if (text) return text;
  }
  return payload.text("caption") ?? payload.object("media")?.text("caption");
}

function placeOf(payload: Fields): string | undefined {
  for (const fields of [payload.object("location"), payload]) {
    const lines = [fields?.text("name"), fields?.text("address")];
    const place = lines.filter((line) => line !== undefined).join("\n") || fields?.text("loc");
    if (place) return storable(place);
  }
  return undefined;
}

function coordinatesOf(payload: Fields): string | undefined {
  for (const fields of [payload.object("location"), payload]) {
    const lat = fields?.number("lat", "latitude");
    const lng = fields?.number("lng", "longitude");
    if (lat !== undefined && lng !== undefined) return `${lat},${lng}`;
  }
  return undefined;
}

/** The names on contact cards (vCard, RFC 6350). */
function contactOf(payload: Fields): string | undefined {
  const listed = payload.objects("vcardList")
    .map((card) => card.text("displayName", "vcardFormattedName") ?? nameOnCard(card.text("vcard")))
    .filter((name) => name !== undefined);
  return storable(listed.join(", ")) ?? payload.text("vcardFormattedName") ??
    nameOnCard(payload.text("body", "vcard", "text", "content"));
}

function nameOnCard(vcard = ""): string | undefined {
  const names = [...vcard.matchAll(/^FN(?:;[^:\r\n]*)?:(.+)$/gim)].map(([, name]) => name.trim());
  return names.filter(Boolean).join(", ") || undefined;
}
