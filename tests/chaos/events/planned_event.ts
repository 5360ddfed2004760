import type { Contact } from "./contacts.ts";

export type EventKind =
  | "text"
  | "media"
  | "own"
  | "echo"
  | "receipt"
  | "reaction"
  | "revoke"
  | "garbage"
  | "other_account"
  | "status";

export const DELIVERIES = ["queued", "sent", "failed", "delivered", "read"] as const;
export type Delivery = typeof DELIVERIES[number];

/** A message that other events are about. Its ids are also those of another organization's message. */
export interface Target {
  taskId?: string;
  /** WhatsApp's key. */
  key: string;
  contact: Contact;
  isOurs: boolean;
  /** Of a send. */
  text?: string;
}

/** What the platform posts, whatever its form. */
export interface PlannedEvent {
  number: number;
  /** Whose token it is posted with. */
  organization: number;
  kind: EventKind;
  /** The generation of the platform whose form it has: flat, wrapped, or wppconnect's. */
  form: 0 | 1 | 2;
  contact: Contact;
  /** Whose account it names; undefined: it names none. */
  account?: number;
  /** By which it counts once: WhatsApp's key of the message, or the platform's id of the event. */
  key?: string;
  eventId?: string;
  text: string;
  /** In base64. */
  media?: string;
  about?: Target;
  /** By which of its ids an event names the message that it is about. */
  names?: "task" | "key" | "pair";
  delivery?: Delivery;
  emoji?: string;
}

export interface PlannedSend {
  organization: number;
  target: Target & { taskId: string; text: string };
}
