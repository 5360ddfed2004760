/**
 * The database's rows that members read. Written by `deno task client:types` from supabase/migrations
 * and tools/client/rows.ts: change them there.
 */

/** Conversations: one for each contact or group of a connection. */
export interface Chat {
  /** The chatId of the contract. */
  id: string;
  /** The tenant that the chat belongs to. */
  organization_id: string;
  /** The connection that it is held through: replies go out through it. */
  integration_id: string;
  /** WhatsApp's address that was last heard from, such as 79991112233@c.us, …@g.us or …@lid. */
  address: string;
  /** The contact's number in E.164 form; null for groups and for contacts who hide theirs. */
  phone: string | null;
  /** person, group, or unknown for what WhatsApp has besides. */
  kind: "person" | "group" | "unknown";
  /** The contact's own name for themselves, or the one that a member gave. */
  name: string | null;
  /** Whether a member gave the name: then the contact's own does not replace it. */
  is_renamed: boolean;
  /** When its last message was sent. */
  last_message_at: string | null;
  /** { id, text (its first 200 characters), direction, kind, deleted } of the last message. */
  last_message: LastMessage | null;
  /** Incoming messages that arrived by this number are read, by anybody of the organization. */
  read_up_to: number;
  /** How many incoming messages arrived after read_up_to. */
  unread_count: number;
  /** The number of the row's last change. */
  change: number;
  /** When the row was inserted. */
  created_at: string;
}

/** Messages, in and out. What is the functions' alone of a send is in messenger_sends. */
export interface Message {
  /** The messageId of the contract. */
  id: string;
  /** The connection that the message came or went out through. */
  integration_id: string;
  /** The tenant that the message belongs to. */
  organization_id: string;
  /** The user who sent it (sub of their claims); null: the project's own server, or none of ours. */
  author: string | null;
  /** The platform's name of the account that it came or went out through. */
  session: string | null;
  /** The phone number that it was sent to, in E.164 form. */
  recipient: string | null;
  /** Its text, or the caption of its media. */
  text: string | null;
  /** Of handing a send over. sending: the platform may be working on it. accepted: it has a task. failed: it did not take it. unknown: nobody can tell, so it is never sent again. Null: no send. */
  status: "sending" | "accepted" | "failed" | "unknown" | null;
  /** The platform's id of the accepted message. */
  task_id: string | null;
  /** The code of the contract that the send ended with. */
  error_code: string | null;
  /** When the row was inserted. */
  created_at: string;
  /** When the row was last written. */
  updated_at: string;
  /** When it was deleted for everyone; null: it was not. Its text is kept. */
  deleted_at: string | null;
  /** Its conversation; null: sent by an earlier version, until messenger_backfill fills it in. */
  chat_id: string | null;
  /** in or out. */
  direction: "in" | "out";
  /** Who wrote it: the contact; api: wpp-send; phone: the connected phone itself. */
  source: "api" | "phone" | "contact";
  /** What it is: text, image, video, audio, voice, document, sticker, location, contact, unknown. */
  kind:
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
  /** Who wrote it in a group: a number in E.164 form, else an address of WhatsApp. */
  sender: string | null;
  /** WhatsApp's own key of the message, where known. */
  provider_message_id: string | null;
  /** The same id as the platform writes it, which it wants back. */
  wa_message_id: string | null;
  /** The platform's id of the event that told of it, or request:… and the id of the request. */
  event_id: string | null;
  /** When it was sent, by the platform's time where it tells one; never later than it came here. */
  sent_at: string;
  /** The number of the change that inserted it: the order in which messages came here. */
  arrived: number | null;
  /** { state (pending, stored, failed), reason, path in the bucket messenger-media, url where it was sent by that, mimetype, filename, size in bytes }. */
  media: Media | null;
  /** [{ by (me, a number or an address), emoji, at }], one for each who reacted. */
  reactions: Reaction[];
  /** How far a message of ours has come: queued, sent, failed, delivered, read. It only rises. */
  delivery: "queued" | "sent" | "failed" | "delivered" | "read" | null;
  /** When its text was changed; null: it was not. */
  edited_at: string | null;
  /** The number of the row's last change; null as chat_id is. */
  change: number | null;
}

/** The last message of a chat. */
export interface LastMessage {
  id: string;
  /** Its first 200 characters. */
  text: string | null;
  direction: Message["direction"];
  kind: Message["kind"];
  /** Whether it was deleted for everyone. */
  deleted: boolean;
}

/** What came with a message besides text. */
export interface Media {
  /** pending: it is not in Storage yet. failed: it will never be. */
  state: "pending" | "stored" | "failed";
  /** Why it failed. */
  reason?: string;
  /** Of the object in Storage. */
  path?: string;
  /** Where the platform fetched it: of what was sent by its URL alone. */
  url?: string;
  mimetype?: string;
  filename?: string;
  /** In bytes. */
  size?: number;
}

/** Everybody who reacted has one. */
export interface Reaction {
  /** me, a number in E.164 form, or an address of WhatsApp. */
  by: string;
  emoji: string;
  /** When. */
  at: string;
}
