import type { ConnectionStatus } from "../contract/fields.ts";

/** What WPP Platform tells by one call of the webhook, in one form for all of its generations. */
export type PlatformEvent =
  & {
    /** The platform's name of the account; absent where it names none. */
    account?: string;
    /** The platform's own id of the event, by which it counts once; most have none. */
    eventId?: string;
  }
  & (MessageEvent | ReceiptEvent | ReactionEvent | EditEvent | StateEvent | OtherEvent);

/** A message of a contact, or one of ours as WhatsApp or the phone tells of it. */
export interface MessageEvent {
  type: "message";
  direction: "in" | "out";
  chat: ChatAddress;
  /** The contact's own name for themselves; in groups nobody's. */
  name?: string;
  /** Who wrote it in a group: E.164 where known, else the address. */
  sender?: string;
  /** The connected number in E.164, where the event tells it. */
  ownPhone?: string;
  kind: MessageKind;
  text?: string;
  /** WhatsApp's key, such as `3EB0…`. */
  providerMessageId?: string;
  /** The same id as the platform wrote it, which it wants back. */
  waMessageId?: string;
  taskId?: string;
  /** Milliseconds since 1970; absent: not told. Not judged: it may be of the future. */
  sentAtMs?: number;
  media?: MediaDescription;
}

export interface ChatAddress {
  /** Canonical: `79991112233@c.us`, `…@g.us`, `…@lid`. */
  address: string;
  /** E.164, in the one spelling of `normalizePhone`; null where the address holds none. */
  phone: string | null;
  kind: "person" | "group" | "unknown";
}

export type MessageKind =
  | "text"
  | "image"
  | "video"
  | "audio"
  | "voice"
  | "document"
  | "sticker"
  | "location"
  | "contact"
  | "unknown";

export interface MediaDescription {
  mimetype?: string;
  filename?: string;
  /** Bytes, once decoded; always there, and counted, where the bytes came along; else as declared. */
  size?: number;
  /** Where the platform has the bytes. */
  url?: string;
  /** Where it is in Storage, once it is there. */
  path?: string;
  /** Why it cannot be kept, such as `too_large`. */
  problem?: string;
}

/** The message that an event is about: by either id, or by both where they are known to be of one message. */
export interface MessageReference {
  taskId?: string;
  /** WhatsApp's key. */
  providerMessageId?: string;
  /** As the platform wrote it; only with `isPair`. */
  waMessageId?: string;
  /** Both ids are there, and belong to one message. Else both may be two readings of one word. */
  isPair: boolean;
}

/** How far a message has come, or that it was deleted for everyone. */
export type ReceiptEvent = MessageReference & {
  type: "receipt";
} & ({ delivery: Delivery } | { deleted: true });

export type Delivery = "queued" | "sent" | "delivered" | "read" | "failed";

export type ReactionEvent = MessageReference & {
  type: "reaction";
  /** Empty: taken back. */
  emoji: string;
  /** `me` for the connected number, else E.164 where known, else the address. */
  by: string;
};

export type EditEvent = MessageReference & { type: "edit"; text: string; editedAtMs?: number };

/** How the connection stands now; a new QR code is `qr_required`. */
export interface StateEvent {
  type: "state";
  status: ConnectionStatus;
}

/** `dropped`: known, and nothing to keep. `quarantined`: not understood; the body is kept. */
export interface OtherEvent {
  type: "dropped" | "quarantined";
  /** A word such as `status_broadcast`, `presence`, `not_json`, `unknown_event`, `no_chat`. */
  reason: string;
}
