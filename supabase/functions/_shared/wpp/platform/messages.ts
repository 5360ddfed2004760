import { defined } from "../lib/defined.ts";
import { addressIn, isSameDigits, oneOf } from "./addresses.ts";
import type { ChatAddress, MessageEvent, OtherEvent } from "./event.ts";
import type { Fields } from "./fields.ts";
import { isMediaKind, isNoticeWord, kindOf } from "./kinds.ts";
import { describeMedia, hasMedia, mediaBytes } from "./media.ts";
import { idIn, type WrittenId } from "./message_ids.ts";
import { messageText } from "./message_text.ts";
import { momentIn } from "./moments.ts";
import type { Payload } from "./payload.ts";

const MAX_NAME_LENGTH = 100;

/** A message, with the base64 of its media where that came along. */
export interface ReadMessage {
  event: MessageEvent | OtherEvent;
  base64?: Uint8Array;
}

/** A message of a contact, or one of ours: `isOwn` where the event's word says so. */
export function readMessage(payload: Payload, isOwn: boolean): ReadMessage {
  const { fields, root } = payload;
  if (isNoticeWord(payload.kindWord)) {
    return { event: { type: "dropped", reason: "notice" } };
  }
  const id = idIn(fields, "waMessageId", "messageId", "id") ??
    idIn(root, "waMessageId", "messageId");
  const isOut = isOwn || fields.isTrue("fromMe") || id?.fromMe === true;
  const chat = chatOf(fields, isOut, id);
  if (!chat) return { event: { type: "quarantined", reason: "no_chat" } };

  const kind = kindOf(fields, payload.kindWord);
  const withMedia = isMediaKind(kind) || hasMedia(fields);
  const base64 = withMedia ? mediaBytes(fields) : undefined;
  const event: MessageEvent = defined({
    type: "message",
    direction: isOut ? "out" : "in",
    chat,
    name: isOut || chat.kind !== "person" ? undefined : nameOf(fields),
    sender: isOut || chat.kind !== "group" ? undefined : senderOf(fields, chat, id),
    ownPhone: ownPhoneOf(fields, isOut, chat),
    kind,
    text: messageText(fields, kind, withMedia),
    providerMessageId: id?.key,
    waMessageId: id?.raw,
    taskId: fields.id("taskId") ?? root.id("taskId"),
    sentAtMs: momentIn(fields, "timestamp", "t") ?? momentIn(root, "timestamp", "t", "created"),
    media: withMedia ? describeMedia(fields, base64) : undefined,
  });
  return base64 ? { event, base64 } : { event };
}

/** Whether a payload tells of a message that goes to a chat, and not only of its ids. */
export function isOutgoingMessage(fields: Fields): boolean {
  return fields.has("to", "chatId") && fields.has("text", "body", "content", "caption", "media");
}

const CHAT_FIELDS = {
  in: ["raw_from", "rawFrom", "chatId", "from"],
  out: ["raw_to", "rawTo", "chatId", "to"],
};

function chatOf(fields: Fields, isOut: boolean, id?: WrittenId): ChatAddress | undefined {
  const names = CHAT_FIELDS[isOut ? "out" : "in"];
  const chat = oneOf([...names.map((name) => addressIn(fields, name)), id?.chat]);
  // A group's message whose group is not named would be its writer's otherwise.
  return fields.isTrue("isGroupMsg") && chat?.kind !== "group" ? undefined : chat;
}

/** Who wrote in a group: the number where one is told, else the address. */
function senderOf(fields: Fields, group: ChatAddress, id?: WrittenId): string | undefined {
  const named = ["author", "participant", "raw_from", "from"].map((name) =>
    addressIn(fields, name)
  );
  const people = [...named, addressIn(fields.object("sender"), "id"), id?.participant]
    .filter((person) => person?.kind === "person" && !isSameDigits(group, person));
  const sender = oneOf(people);
  return sender?.phone ?? sender?.address;
}

function ownPhoneOf(fields: Fields, isOut: boolean, chat: ChatAddress): string | undefined {
  const own = addressIn(fields, isOut ? "from" : "to");
  const isOther = own?.phone && own.phone !== chat.phone && !isSameDigits(chat, own);
  return isOther ? own.phone! : undefined;
}

function nameOf(fields: Fields): string | undefined {
  return fields.line(MAX_NAME_LENGTH, "senderName", "notifyName") ??
    fields.object("sender")?.line(MAX_NAME_LENGTH, "pushname") ??
    fields.line(MAX_NAME_LENGTH, "pushname");
}
