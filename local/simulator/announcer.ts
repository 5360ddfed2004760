import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import {
  type ChatMessage,
  type IncomingMessage,
  incomingMessage,
  newMessageId,
  type PhoneWriting,
  writtenMessage,
} from "./chat_message.ts";
import { Delivery, type PostedEvent } from "./delivery.ts";
import { eventBody } from "./event_bodies.ts";
import { RECEIPTS } from "./event_settings.ts";
import type { EventBody, SimulatedEvent } from "./events.ts";
import type { SentMessage } from "./messages.ts";
import type { SessionState, Settings } from "./options.ts";
import type { Platform } from "./platform.ts";

/** What is told of a session when it changes. */
interface Seen {
  url: string;
  state: SessionState | null;
  /** Which of its QR codes is shown; null: none. */
  qrPeriod: number | null;
}

/** Tells the webhooks what happens at the platform. */
export class Announcer {
  readonly delivery: Delivery;
  readonly #platform: Platform;
  readonly #settings: Settings;
  /** What was last seen of each session that has a webhook. */
  #seen = new Map<string, Seen>();
  #seenMessages = 0;
  /** Sessions that are about to scan themselves. */
  readonly #expected = new Set<string>();
  readonly #stopping = new AbortController();

  constructor(platform: Platform, settings: Settings) {
    this.#platform = platform;
    this.#settings = settings;
    this.delivery = new Delivery(platform.webhooks, settings);
  }

  /** Announces what is new since the last time: states, QR codes and messages that were sent. */
  look(): void {
    const { messages, webhooks } = this.#platform;
    for (const message of messages.sent.slice(this.#seenMessages)) this.#announceSent(message);
    this.#seenMessages = messages.sent.length;
    const before = this.#seen;
    this.#seen = new Map();
    for (const session of webhooks.sessions) {
      const seen = this.#see(session, webhooks.urlOf(session)!);
      this.#seen.set(session, seen);
      this.#announceChange(session, seen, before.get(session));
      this.#expectScan(session);
    }
  }

  /** A contact writes. Resolves as {@link Delivery.post} does. */
  async incoming(message: IncomingMessage): Promise<PostedEvent | null> {
    const { session } = message;
    this.#requireConnected(session);
    const share = (mimetype: string, bytes: Uint8Array<ArrayBuffer>) =>
      this.#platform.files.add({ session, mimetype, bytes });
    return await this.#announceMessage(session, await incomingMessage(message, share));
  }

  /** The session's own phone writes. */
  async phoneWrites(writing: PhoneWriting): Promise<PostedEvent | null> {
    const { session } = writing;
    this.#requireConnected(session);
    return await this.#announceMessage(session, writtenMessage(writing));
  }

  /** Something happens to a message; throws where the form of the settings cannot tell it. */
  async messageChanges(
    session: string,
    event: Extract<SimulatedEvent, { kind: "reaction" | "deletion" }>,
  ): Promise<PostedEvent | null> {
    this.#requireConnected(session);
    if (!await this.#body(session, event)) {
      throw new Error(`Events of the form ${this.#settings.eventForm} know no ${event.kind}`);
    }
    return await this.#announce(session, event);
  }

  /** Resolves when no request and no timer is left. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.delivery.stop();
  }

  #see(session: string, url: string): Seen {
    const state = this.#platform.stateOf(session);
    const qrPeriod = state === "qr_required" ? this.#platform.qrPeriodOf(session) : null;
    return { url, state, qrPeriod };
  }

  /** A new webhook is not told the state, which can be asked for, but the code that is shown. */
  #announceChange(session: string, { url, state, qrPeriod }: Seen, before?: Seen): void {
    const last = before?.url === url ? before : undefined;
    if (last && last.state !== state && (state === "connected" || state === "disconnected")) {
      this.#announce(session, { kind: "state", state });
    }
    if (qrPeriod !== null && qrPeriod !== last?.qrPeriod) {
      this.#announce(session, { kind: "qr", period: qrPeriod });
    }
  }

  /** Looks again when the session scans itself: the webhook is to know it without a call. */
  #expectScan(session: string): void {
    const inMs = this.#platform.scansItselfInMs(session);
    if (inMs === null || this.#expected.has(session)) return;
    this.#expected.add(session);
    sleep(inMs, this.#stopping.signal).then(() => {
      this.#expected.delete(session);
      this.look();
    }, () => {}); // stopped
  }

  #announceSent(message: SentMessage): void {
    const { session } = message;
    this.#announce(session, { kind: "accepted", message });
    const { receiptsUpTo } = this.#settings;
    const last = RECEIPTS.findIndex((status) => status === receiptsUpTo);
    for (const status of RECEIPTS.slice(0, last + 1)) {
      this.#announce(session, { kind: "receipt", message, status });
    }
  }

  #announceMessage(session: string, message: ChatMessage): Promise<PostedEvent | null> {
    const { messageId = this.#newId(message) } = message;
    if (messageId !== undefined) this.#platform.messages.hear(session, messageId);
    return this.#announce(session, { kind: "message", message: { ...message, messageId } });
  }

  /** Only wppconnect's messages always have an id. */
  #newId({ fromMe, chat, sender, isGroup }: ChatMessage): string | undefined {
    if (this.#settings.eventForm !== "wppconnect") return undefined;
    return newMessageId({ fromMe, chat, author: isGroup ? sender : undefined });
  }

  #announce(session: string, event: SimulatedEvent): Promise<PostedEvent | null> {
    if (this.#platform.webhooks.urlOf(session) === undefined) return Promise.resolve(null);
    return this.delivery.post(session, this.#body(session, event));
  }

  async #body(session: string, event: SimulatedEvent): Promise<EventBody | null> {
    const nowS = Math.floor(this.#settings.now() / 1000);
    return await eventBody(event, { session, nowS, settings: this.#settings });
  }

  #requireConnected(session: string): void {
    if (this.#platform.stateOf(session) !== "connected") {
      throw new Error(`Session ${session} is not connected, and so gets no messages`);
    }
  }
}
