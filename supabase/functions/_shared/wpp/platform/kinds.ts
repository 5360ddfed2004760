import type { MessageKind } from "./event.ts";
import type { Fields } from "./fields.ts";
import { hasMedia, mimetypeOf } from "./media.ts";

/** WhatsApp's and the platform's words for what a message is; `file` is told by its mimetype. */
const KINDS: Record<string, MessageKind | "file"> = {
  chat: "text",
  text: "text",
  image: "image",
  picture: "image",
  video: "video",
  gif: "video",
  ptv: "video",
  audio: "audio",
  ptt: "voice",
  voice: "voice",
  document: "document",
  file: "file",
  sticker: "sticker",
  location: "location",
  livelocation: "location",
  vcard: "contact",
  multivcard: "contact",
  contact: "contact",
  contacts: "contact",
  contactcard: "contact",
  poll: "unknown",
  pollcreation: "unknown",
  eventcreation: "unknown",
  list: "unknown",
  listresponse: "unknown",
  buttons: "unknown",
  buttonsresponse: "unknown",
  templatebuttonreply: "unknown",
  interactive: "unknown",
  hsm: "unknown",
  order: "unknown",
  product: "unknown",
  album: "unknown",
  groupsv4invite: "unknown",
};

/** What WhatsApp writes into a chat that nobody has said; a `ciphertext` comes again as a message. */
const NOTICES = [
  "calllog",
  "ciphertext",
  "e2enotification",
  "gp2",
  "notification",
  "notificationtemplate",
  "protocol",
  "revoked",
];

const MEDIA_KINDS: MessageKind[] = ["image", "video", "audio", "voice", "document", "sticker"];

export function isKindWord(word: string | undefined): boolean {
  return word !== undefined && Object.hasOwn(KINDS, word);
}

export function isNoticeWord(word: string | undefined): boolean {
  return word !== undefined && NOTICES.includes(word);
}

export function isMediaKind(kind: MessageKind): boolean {
  return MEDIA_KINDS.includes(kind);
}

/**
 * What a message is: by its `type` (`word`), by its mimetype where that says no more than that there
 * is a file, and by what it holds where there is no such word.
 */
export function kindOf(payload: Fields, word: string | undefined): MessageKind {
  const named = word !== undefined && Object.hasOwn(KINDS, word) ? KINDS[word] : undefined;
  if (named === "file") return kindOfMimetype(payload);
  if (hasMedia(payload) && (named === "text" || word === undefined)) return kindOfMimetype(payload);
  if (word !== undefined) return named ?? "unknown";
  if (mimetypeOf(payload) !== undefined) return kindOfMimetype(payload);
  if (payload.has("lat", "latitude")) return "location";
  return payload.has("text", "body", "content", "caption") ? "text" : "unknown";
}

function kindOfMimetype(payload: Fields): MessageKind {
  const [family] = mimetypeOf(payload)?.toLowerCase().split("/") ?? [];
  return family === "image" || family === "video" || family === "audio" ? family : "document";
}
