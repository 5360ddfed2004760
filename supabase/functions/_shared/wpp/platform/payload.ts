import type { Fields } from "./fields.ts";
import { isKindWord, isNoticeWord } from "./kinds.ts";
import { topicOf, wordOf } from "./words.ts";

/** The parts of an event, whichever generation's it is. */
export interface Payload {
  root: Fields;
  /** `data` of the wrapped form, else the root. */
  fields: Fields;
  /** What the message says that it is, in the form of `wordOf`; absent where `type` is the event's. */
  kindWord?: string;
}

export function payloadOf(root: Fields): Payload {
  const data = root.object("data");
  const isFlat = !data || root.has("from") && !data.has("from");
  const fields = isFlat ? root : data;
  return { root, fields, kindWord: kindWordOf(root, fields) };
}

function kindWordOf(root: Fields, fields: Fields): string | undefined {
  const own = wordOf(fields.value("type"));
  const type = own ?? wordOf(root.value("type"));
  if (isKindWord(type) || isNoticeWord(type)) return type;
  // A kind that is new is known as one only where the event has another word.
  const isEventWord = topicOf(own) !== undefined || fields === root && !root.has("event");
  return isEventWord ? undefined : own;
}

/** Whether it is a message though no word of an event says so: its `type` is the message's kind. */
export function isBareMessage({ fields, kindWord }: Payload): boolean {
  return isNoticeWord(kindWord) ||
    isKindWord(kindWord) && fields.has("from", "raw_from", "chatId");
}
