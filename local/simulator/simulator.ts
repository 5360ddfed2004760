import { Announcer } from "./announcer.ts";
import { answer } from "./answers.ts";
import type { IncomingMessage, PhoneWriting } from "./chat_message.ts";
import type { PostedEvent } from "./delivery.ts";
import { type Fault, FaultQueue, type Repetition } from "./faults.ts";
import type { SentMessage, SentReaction } from "./messages.ts";
import { misbehave } from "./misbehaviour.ts";
import {
  type SessionState,
  type Settings,
  settingsFrom,
  type SimulatorOptions,
} from "./options.ts";
import { Platform, type SimulatedClient } from "./platform.ts";
import { type RecordedRequest, RequestLog } from "./request_log.ts";
import { type Call, route } from "./calls.ts";
import { shownUrl } from "./webhooks.ts";

export { SimulatedReset } from "./misbehaviour.ts";
export type {
  Call,
  Fault,
  IncomingMessage,
  PhoneWriting,
  PostedEvent,
  SentMessage,
  SentReaction,
  SessionState,
  SimulatedClient,
  SimulatorOptions,
};

/**
 * Plays WPP Platform: its calls, the state behind them, and what it tells webhooks. The state has no
 * timers: it follows from the clock in the settings. Events have some, once a webhook is registered:
 * {@link Simulator.close} ends them. Methods throw on a session or key that was never created.
 */
export class Simulator {
  /** May be changed at any time; {@link Simulator.reset} restores the initial ones. */
  readonly settings: Settings;
  readonly #initial: Settings;
  #platform: Platform;
  #announcer: Announcer;
  #faults = new FaultQueue();
  #requests = new RequestLog();

  constructor(options: SimulatorOptions) {
    this.#initial = settingsFrom(options);
    this.settings = { ...this.#initial };
    this.#platform = new Platform(this.settings);
    this.#announcer = new Announcer(this.#platform, this.settings);
  }

  /** Rejects only by a fault: with {@link SimulatedReset}, or with the request's abort reason. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { headers, method, signal } = request;
    const { recordsRequests, now } = this.settings;
    const { pathname, origin } = new URL(request.url);
    const asked = route(method, pathname);
    const incoming = { ...asked, headers, body: await request.text() };
    if (recordsRequests) this.#requests.add(incoming, request, now());
    const [platform, announcer] = [this.#platform, this.#announcer];
    platform.files.origin = origin;
    const work = async () => {
      const answered = await answer(incoming, platform, this.settings);
      announcer.look();
      return answered;
    };
    const fault = this.#faults.next(incoming.call);
    return fault ? misbehave(fault, signal, work) : work();
  };

  get clients(): readonly SimulatedClient[] {
    return this.#platform.clients;
  }

  get messages(): readonly SentMessage[] {
    return this.#platform.messages.sent;
  }

  get reactions(): readonly SentReaction[] {
    return this.#platform.messages.reactions;
  }

  /** What was posted to webhooks, in this order. */
  get events(): readonly PostedEvent[] {
    return this.#announcer.delivery.events;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#requests.all;
  }

  /** How many requests of this call came in, refused ones included. */
  countOf(call: Call): number {
    return this.#requests.countOf(call);
  }

  /** The URL that a session's events go to, without the query, which holds its token. */
  webhookOf(session: string): string | null {
    const url = this.#platform.webhooks.urlOf(session);
    return url === undefined ? null : shownUrl(url);
  }

  /** Null for a session that does not exist. */
  stateOf(session: string): SessionState | null {
    return this.#platform.stateOf(session);
  }

  /** Connects a session at once, in whatever state it is. */
  scan(session: string): void {
    this.#platform.scan(session);
    this.#announcer.look();
  }

  /** Disconnects a session until it is scanned. */
  disconnect(session: string): void {
    this.#platform.disconnect(session);
    this.#announcer.look();
  }

  /** Answers 404 to every call on a session from now on; its key can still be exchanged. */
  forget(session: string): void {
    this.#platform.forget(session);
  }

  /**
   * A contact writes to a connected session. Resolves when the event's delivery has ended; with null
   * where no webhook is registered. Throws where the session is not connected.
   */
  incoming(message: IncomingMessage): Promise<PostedEvent | null> {
    return this.#announcer.incoming(message);
  }

  /** The session's own phone writes; as {@link Simulator.incoming}. */
  phoneWrites(writing: PhoneWriting): Promise<PostedEvent | null> {
    return this.#announcer.phoneWrites(writing);
  }

  /** A contact reacts; empty removes it. Throws where the form of events knows no reactions. */
  reaction(session: string, messageId: string, emoji: string): Promise<PostedEvent | null> {
    return this.#announcer.messageChanges(session, { kind: "reaction", messageId, emoji });
  }

  /** Who wrote a message deletes it for everyone. Throws where the form of events cannot tell. */
  deletion(session: string, messageId: string): Promise<PostedEvent | null> {
    return this.#announcer.messageChanges(session, { kind: "deletion", messageId });
  }

  /** Forgets where events go, as a restart of the platform does. */
  forgetWebhooks(): void {
    this.#platform.webhooks.forget();
    this.#announcer.look();
  }

  /** Resolves when no event is on its way. */
  settled(): Promise<void> {
    return this.#announcer.delivery.settled();
  }

  /** Posts no event any more; resolves when nothing of them is left. Calls are still answered. */
  close(): Promise<void> {
    return this.#announcer.stop();
  }

  /** Refuses a key from now on; tokens already issued stay valid. */
  revokeKey(apiKey: string): void {
    this.#platform.revokeKey(apiKey);
  }

  /** Refuses the tokens issued so far, of one session or of all. */
  revokeTokens(session?: string): void {
    this.#platform.revokeTokens(session);
  }

  /** Lets a fault strike the next calls. Faults of one call strike in the order they came in. */
  misbehave(call: Call, fault: Fault, repetition: Repetition = {}): void {
    this.#faults.add(call, fault, repetition);
  }

  /** Forgets clients, messages, webhooks, events, requests and faults, and restores the settings. */
  reset(): void {
    Object.assign(this.settings, this.#initial);
    this.#announcer.stop();
    this.#platform = new Platform(this.settings);
    this.#announcer = new Announcer(this.#platform, this.settings);
    this.#faults = new FaultQueue();
    this.#requests = new RequestLog();
  }
}

/** A simulator with no clients yet. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  return new Simulator(options);
}
