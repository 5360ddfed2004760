import { base64 } from "./base64.ts";
import { qrPng } from "./png.ts";
import { type SampleKind, SAMPLES } from "./samples.ts";

/** A message in a chat of a session, with what an event of it can hold. */
export interface ChatMessage {
  readonly fromMe: boolean;
  /** The address of the chat, such as `79991112233@c.us`; groups end in `@g.us`. */
  readonly chat: string;
  /** The address of who wrote it; `…@lid` hides the number. */
  readonly sender: string;
  /** The sender's number in digits, where the event tells it. */
  readonly phone: string | null;
  readonly isGroup: boolean;
  /** A caption where there is media. */
  readonly text: string;
  /** The platform's word for the kind: `chat`, `image`, `ptt`, … */
  readonly type: string;
  readonly media?: Media;
  readonly messageId?: string;
  /** In seconds. */
  readonly timestamp?: number;
  readonly name?: string;
}

export interface Media {
  mimetype: string;
  filename?: string;
  /** Without `data:` before it. */
  base64?: string;
  url?: string;
}

/** What a contact writes to a session. Numbers are digits, with or without `+`. */
export interface IncomingMessage {
  session: string;
  /** The contact's number; may be left out beside `lid`. */
  from?: string;
  text?: string;
  /** The platform's word for the kind; `chat` unless given, or by the media. */
  kind?: string;
  /** Sends a small PNG. */
  picture?: true;
  /** A word sends a small file of that kind. */
  media?: Media | SampleKind;
  /** How the event gives the bytes; "base64" unless given. */
  by?: "base64" | "url";
  /** Takes the place of `text` beside media. */
  caption?: string;
  messageId?: string;
  /** In seconds. */
  timestamp?: number;
  name?: string;
  /** The digits of a group that it is written in. */
  group?: string;
  /** The digits of the privacy id that the contact comes under. */
  lid?: string;
}

/** What the session's own phone writes to somebody. */
export interface PhoneWriting {
  session: string;
  to: string;
  text: string;
  messageId?: string;
  /** In seconds. */
  timestamp?: number;
}

/**
 * Throws where there is nobody who writes.
 *
 * @param share Keeps bytes at the platform, and returns their URL.
 */
export async function incomingMessage(
  message: IncomingMessage,
  share: (mimetype: string, bytes: Uint8Array<ArrayBuffer>) => string,
): Promise<ChatMessage> {
  const { text, caption, messageId, timestamp, name, group, lid, picture } = message;
  if (message.from === undefined && lid === undefined) throw new Error("from or lid is required");
  const phone = message.from === undefined ? null : digitsOf(message.from);
  const sender = lid === undefined ? `${phone}@c.us` : `${digitsOf(lid)}@lid`;
  const whole = picture ? await smallPicture() : fileOf(message.media);
  const media = message.by === "url" ? sharedBy(share, whole) : whole;
  return {
    fromMe: false,
    chat: group === undefined ? sender : `${digitsOf(group)}@g.us`,
    sender,
    phone,
    isGroup: group !== undefined,
    text: caption ?? text ?? "",
    type: message.kind ?? (typeof message.media === "string" ? message.media : kindOf(media)),
    ...{ media, messageId, timestamp, name },
  };
}

export function writtenMessage(writing: PhoneWriting): ChatMessage {
  const { session, to, text, messageId, timestamp } = writing;
  const ownPhone = ownPhoneOf(session);
  return {
    fromMe: true,
    chat: `${digitsOf(to)}@c.us`,
    sender: `${ownPhone}@c.us`,
    phone: ownPhone,
    isGroup: false,
    text,
    type: "chat",
    ...{ messageId, timestamp },
  };
}

/** A new id as WhatsApp makes them, serialized with its chat; in groups with who wrote it, too. */
export function newMessageId(
  { fromMe, chat, author }: { fromMe: boolean; chat: string; author?: string },
): string {
  const key = `3EB0${crypto.randomUUID().replaceAll("-", "").slice(0, 18).toUpperCase()}`;
  return [fromMe, chat, key, ...(author === undefined ? [] : [author])].join("_");
}

/** The phone number that a session stands for, in digits. */
export function ownPhoneOf(session: string): string {
  return `7900${session.slice(-7)}`;
}

/** The digits of a number or an address. */
export function digitsOf(address: string): string {
  return address.split("@")[0].replaceAll(/\D/g, "");
}

async function smallPicture(): Promise<Media> {
  const png = await qrPng("A picture from the simulator");
  return { mimetype: "image/png", filename: "picture.png", base64: base64(png) };
}

function fileOf(media?: Media | SampleKind): Media | undefined {
  if (typeof media !== "string") return media;
  const { bytes, ...described } = SAMPLES[media];
  return { ...described, base64: bytes.toBase64() };
}

function sharedBy(share: Parameters<typeof incomingMessage>[1], media?: Media): Media {
  if (media?.base64 === undefined) throw new Error("Only media with bytes can come by a url");
  const { base64, ...described } = media;
  return { ...described, url: share(media.mimetype, Uint8Array.fromBase64(base64)) };
}

function kindOf(media?: Media): string {
  if (!media) return "chat";
  const [kind] = media.mimetype.split("/");
  return ["image", "video", "audio"].includes(kind) ? kind : "document";
}
