import type { ChatMessage } from "./chat_message.ts";
import type { RECEIPTS } from "./event_settings.ts";
import type { SentMessage } from "./messages.ts";
import type { SessionState, Settings } from "./options.ts";

/** What the platform tells a webhook. */
export type SimulatedEvent =
  | { kind: "state"; state: Extract<SessionState, "connected" | "disconnected"> }
  /** A new code is shown, the one of this period. */
  | { kind: "qr"; period: number }
  /** WhatsApp took a message. */
  | { kind: "accepted"; message: SentMessage }
  | { kind: "receipt"; message: SentMessage; status: typeof RECEIPTS[number] }
  | { kind: "message"; message: ChatMessage }
  /** A contact reacted to a message; an empty emoji removes it. */
  | { kind: "reaction"; messageId: string; emoji: string }
  /** A message was deleted for everyone by who wrote it. */
  | { kind: "deletion"; messageId: string };

/** What is posted, as JSON. */
export type EventBody = Record<string, unknown>;

/** What a body is made of, beside the event. */
export interface EventContext {
  readonly session: string;
  readonly nowS: number;
  readonly settings: Settings;
}
