import { newMessageId } from "./chat_message.ts";
import type { SentMedia } from "./media_fetch.ts";
import type { Settings } from "./options.ts";

/** A message that the platform accepted. */
export interface SentMessage {
  readonly session: string;
  readonly to: string;
  /** Of a picture its caption, of a file nothing. */
  readonly text: string;
  /** Left out where it is a text. */
  readonly media?: SentMedia;
  readonly taskId: string;
  /** WhatsApp's own id, such as `true_79991112233@c.us_3EB0…`. */
  readonly waMessageId: string;
  readonly idempotencyKey: string | null;
  readonly at: number;
  /** When it was deleted for everyone; null: it was not. */
  readonly deletedAt: number | null;
}

/** A reaction that the platform accepted. */
export interface SentReaction {
  readonly session: string;
  readonly to: string;
  readonly waMessageId: string;
  /** Empty: the reaction was removed. */
  readonly emoji: string;
}

/** The messages of all sessions. */
export class Messages {
  #sent: SentMessage[] = [];
  readonly reactions: SentReaction[] = [];
  /** The ids under which each session's webhook was told of messages that it did not send. */
  readonly #heard = new Map<string, Set<string>>();
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get sent(): readonly SentMessage[] {
    return this.#sent;
  }

  send(
    { media, ...sent }: Pick<SentMessage, "session" | "to" | "text" | "media" | "idempotencyKey">,
  ): SentMessage {
    const at = this.#settings.now();
    const taskId = this.#settings.numericTaskIds
      ? String(this.#sent.length + 1)
      : crypto.randomUUID();
    const chat = `${sent.to}@c.us`;
    const waMessageId = newMessageId({ fromMe: true, chat });
    const ids = { taskId, waMessageId };
    const message = { ...sent, ...(media ? { media } : {}), ...ids, at, deletedAt: null };
    this.#sent.push(message);
    return message;
  }

  /** Whether the session has sent such a message, which is deleted then. */
  delete(session: string, taskId: string): boolean {
    const isMeant = (one: SentMessage) => one.session === session && one.taskId === taskId;
    if (!this.#sent.some(isMeant)) return false;
    const deletedAt = this.#settings.now();
    this.#sent = this.#sent.map((one) => isMeant(one) ? { ...one, deletedAt } : one);
    return true;
  }

  /** Remembers a message that somebody else wrote. */
  hear(session: string, waMessageId: string): void {
    const heard = this.#heard.get(session) ?? new Set();
    this.#heard.set(session, heard.add(waMessageId));
  }

  /** Whether the session was told of a message by this id, or sent it. */
  knows(session: string, waMessageId: string): boolean {
    return this.#heard.get(session)?.has(waMessageId) ||
      this.#sent.some((one) => one.session === session && one.waMessageId === waMessageId);
  }
}
