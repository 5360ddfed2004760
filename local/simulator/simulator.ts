import { answer, type Call, type Incoming, route } from "./calls.ts";
import { type Fault, FaultQueue, type Repetition } from "./faults.ts";
import { misbehave } from "./misbehaviour.ts";
import {
  type SessionState,
  type Settings,
  settingsFrom,
  type SimulatorOptions,
} from "./options.ts";
import type { SentMessage } from "./messages.ts";
import { Platform, type SimulatedClient } from "./platform.ts";

export { SimulatedReset } from "./misbehaviour.ts";
export type { Call, Fault, SentMessage, SessionState, SimulatedClient, SimulatorOptions };

/** A request as it came in, whatever it was answered. */
export interface RecordedRequest {
  readonly call: Call;
  readonly method: string;
  /** With the query, without the origin. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/**
 * Plays WPP Platform: its calls, and the state behind them. It has no timers: the state follows
 * from the clock in its settings. Methods throw on a session or key that was never created.
 */
export class Simulator {
  /** May be changed at any time; {@link Simulator.reset} restores the initial ones. */
  readonly settings: Settings;
  readonly #initial: Settings;
  #platform: Platform;
  #faults = new FaultQueue();
  #requests: RecordedRequest[] = [];

  constructor(options: SimulatorOptions) {
    this.#initial = settingsFrom(options);
    this.settings = { ...this.#initial };
    this.#platform = new Platform(this.settings);
  }

  /** Rejects only by a fault: with {@link SimulatedReset}, or with the request's abort reason. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const { headers, method, signal } = request;
    const incoming = { ...route(method, url.pathname), headers, body: await request.text() };
    if (this.settings.recordsRequests) this.#record(incoming, method, url.pathname + url.search);
    const platform = this.#platform;
    const work = async () => await answer(incoming, platform, this.settings);
    const fault = this.#faults.next(incoming.call);
    return fault ? misbehave(fault, signal, work) : work();
  };

  get clients(): readonly SimulatedClient[] {
    return this.#platform.clients;
  }

  get messages(): readonly SentMessage[] {
    return this.#platform.messages.sent;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** How many requests of this call came in, refused ones included. */
  countOf(call: Call): number {
    return this.#requests.filter((one) => one.call === call).length;
  }

  /** Null for a session that does not exist. */
  stateOf(session: string): SessionState | null {
    return this.#platform.stateOf(session);
  }

  /** Connects a session at once, in whatever state it is. */
  scan(session: string): void {
    this.#platform.scan(session);
  }

  /** Disconnects a session until it is scanned. */
  disconnect(session: string): void {
    this.#platform.disconnect(session);
  }

  /** Answers 404 to every call on a session from now on; its key can still be exchanged. */
  forget(session: string): void {
    this.#platform.forget(session);
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

  /** Forgets clients, messages, requests and faults, and restores the settings. */
  reset(): void {
    Object.assign(this.settings, this.#initial);
    this.#platform = new Platform(this.settings);
    this.#faults = new FaultQueue();
    this.#requests = [];
  }

  #record({ call, headers, body }: Incoming, method: string, path: string): void {
    const at = this.settings.now();
    this.#requests.push({ call, method, path, headers: Object.fromEntries(headers), body, at });
  }
}

/** A simulator with no clients yet. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  return new Simulator(options);
}
