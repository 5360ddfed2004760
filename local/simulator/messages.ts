import type { Settings } from "./options.ts";

/** A text message that the platform accepted. */
export interface SentMessage {
  readonly session: string;
  readonly to: string;
  readonly text: string;
  readonly taskId: string;
  readonly idempotencyKey: string | null;
  readonly at: number;
  /** When it was deleted for everyone; null: it was not. */
  readonly deletedAt: number | null;
}

/** The messages of all sessions. */
export class Messages {
  #sent: SentMessage[] = [];
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get sent(): readonly SentMessage[] {
    return this.#sent;
  }

  send(session: string, to: string, text: string, idempotencyKey: string | null): SentMessage {
    const at = this.#settings.now();
    const taskId = this.#settings.numericTaskIds
      ? String(this.#sent.length + 1)
      : crypto.randomUUID();
    const message = { session, to, text, taskId, idempotencyKey, at, deletedAt: null };
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
}
