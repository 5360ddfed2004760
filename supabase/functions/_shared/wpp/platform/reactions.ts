import { defined } from "../lib/defined.ts";
import { addressIn, oneOf } from "./addresses.ts";
import type { EditEvent, OtherEvent, ReactionEvent } from "./event.ts";
import type { Fields } from "./fields.ts";
import { idIn, referenceIn } from "./message_ids.ts";
import { momentIn } from "./moments.ts";
import type { Payload } from "./payload.ts";

/** The longest emoji, a family with skin tones, has half of it. */
const MAX_EMOJI_LENGTH = 64;

const MESSAGE_FIELDS = ["msgId", "messageId"];

/** A reaction to a message. wppconnect's `id` is the reaction's own, and tells who reacted. */
export function readReaction({ fields }: Payload): ReactionEvent | OtherEvent {
  const reference = referenceIn(fields, MESSAGE_FIELDS);
  if (!reference) return { type: "quarantined", reason: "no_id" };
  const emoji = emojiOf(fields);
  if (emoji === undefined) return { type: "quarantined", reason: "no_emoji" };
  const by = authorOf(fields);
  if (by === undefined) return { type: "quarantined", reason: "no_sender" };
  return { type: "reaction", ...reference, emoji, by };
}

function emojiOf(fields: Fields): string | undefined {
  const names = ["reactionText", "emoji", "reaction", "text"].filter((name) => fields.has(name));
  const isTakenBack = names.length > 0 && names.every((name) => fields.value(name) === "");
  if (isTakenBack) return "";
  const emoji = fields.line(2 * MAX_EMOJI_LENGTH, ...names); // enough to see that it is too long
  return emoji !== undefined && emoji.length <= MAX_EMOJI_LENGTH ? emoji : undefined;
}

function authorOf(fields: Fields): string | undefined {
  const id = idIn(fields, "id");
  if (id?.fromMe || fields.isTrue("fromMe")) return "me";
  const named = ["author", "participant", "sender", "raw_from", "from"];
  const message = idIn(fields, ...MESSAGE_FIELDS);
  const by = oneOf([id?.participant, ...named.map((name) => addressIn(fields, name)), id?.chat]
    .filter((address) => address?.kind === "person")) ??
    // Where only the message is named, the contact of its chat is meant: reactions of ours say so.
    (message?.chat?.kind === "person" ? message.chat : undefined);
  return by?.phone ?? by?.address;
}

/** A new text for a message. */
export function readEdit({ fields, root }: Payload): EditEvent | OtherEvent {
  const reference = referenceIn(fields);
  if (!reference) return { type: "quarantined", reason: "no_id" };
  const text = fields.text("newBody", "text", "body", "content", "caption");
  if (text === undefined) return { type: "quarantined", reason: "no_text" };
  const editedAtMs = momentIn(fields, "timestamp", "t") ?? momentIn(root, "created");
  return defined({ type: "edit", ...reference, text, editedAtMs });
}
