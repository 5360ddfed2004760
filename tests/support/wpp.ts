/** What the tests of `WppMsgClient` share; it holds no test. */
import { setImmediate as turn } from "node:timers/promises";
import { install } from "@sinonjs/fake-timers";
import type { Call, Simulator, SimulatorOptions } from "../../local/simulator/simulator.ts";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { WppMsgClient, type WppMsgClientOptions } from "../../supabase/functions/_shared/wpp.ts";
import type { WppConnection } from "../../supabase/functions/_shared/wpp/platform/token_source.ts";
import type { AccessToken } from "../../supabase/functions/_shared/wpp/platform/token.ts";
import { TokenCache } from "../../supabase/functions/_shared/wpp/platform/token_cache.ts";
import { storedConnection } from "./connection.ts";
import { type MockedNetwork, mockNetwork, WPP_BASE_URL } from "./network.ts";

/** Looks like a user's JWT, which is all that the simulator asks of one. */
export const USER_JWT = "user.jwt.signature";
export const MESSAGE = { to: "79991112233", text: "Hello", idempotencyKey: "message-1" };

/** Milliseconds that a platform call may last; no other timer lasts as long as one of these. */
const DEADLINES = new Set([5_000, 8_000, 20_000]);

/** Time that stands still until it is told to move. Milliseconds. */
export class FakeTime implements Disposable {
  readonly #clock = install({
    now: Date.UTC(2026, 0, 1),
    toFake: ["Date", "performance", "setTimeout", "clearTimeout"],
  });

  /** Moves time on, without waiting for what that starts. */
  pass(ms: number): void {
    this.#clock.tick(ms);
  }

  timers(): number {
    return this.#clock.countTimers();
  }

  /**
   * What `work` comes to. Time moves, from one timer to the next, only while something waits for
   * it: a pause, or a slow platform. A deadline alone only guards what is going on.
   */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => settled = true;
    work.then(settle, settle);
    await until(() => {
      if (!settled && this.#isAwaited()) this.#clock.next();
      return settled;
    });
    return await work;
  }

  #isAwaited(): boolean {
    const timers = [...this.#clock.timers?.values() ?? []];
    return timers.some(({ delay = 0 }) => !DEADLINES.has(delay));
  }

  [Symbol.dispose](): void {
    this.#clock.uninstall();
  }
}

/** Lets everything else go on until the condition holds, or throws when it seems that it never will. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 500_000; turns++) {
    await turn();
    if (holds()) return;
  }
  throw new Error("Cannot wait any longer: what was waited for does not happen");
}

/** A platform with one client, in fake time, and `WppMsgClient`s to talk to it. */
export interface WppFixture extends Disposable {
  time: FakeTime;
  network: MockedNetwork;
  simulator: Simulator;
  /** As it is stored when nothing has exchanged its key yet. */
  connection: WppConnection;
  /** A client as each request makes one; they share this platform's cache. */
  client(options?: Partial<WppMsgClientOptions>): WppMsgClient;
  /** Waits for the exchanges under way, with time moving on. */
  exchanged(): Promise<void>;
}

/** Knows of exchanges under way, without handling what they reject with. */
class WatchedCache extends TokenCache {
  running = 0;

  override share(key: string, exchange: () => Promise<AccessToken>): Promise<AccessToken> {
    return super.share(key, async () => {
      this.running++;
      try {
        return await exchange();
      } finally {
        this.running--;
      }
    });
  }
}

export async function wppFixture(options: SimulatorOptions = {}): Promise<WppFixture> {
  const time = new FakeTime();
  const network = mockNetwork(options);
  const cache = new WatchedCache();
  const client = (more: Partial<WppMsgClientOptions> = {}) =>
    new WppMsgClient({ baseUrl: WPP_BASE_URL, cache, ...more });
  const created = await time.run(client().create({ userJwt: USER_JWT }, crypto.randomUUID()));
  return {
    time,
    network,
    simulator: network.simulator,
    connection: storedConnection({ apiKey: created.apiKey, session: created.session }),
    client,
    exchanged: () => time.run(until(() => cache.running === 0)),
    [Symbol.dispose]() {
      network[Symbol.dispose]();
      time[Symbol.dispose]();
      network.assertNothingUnhandled();
    },
  };
}

/** Makes the platform answer a call once with this text, or this as JSON. */
export function answer({ simulator }: WppFixture, call: Call) {
  return (body: unknown, status = 200) =>
    simulator.misbehave(call, { kind: "respond", status, body });
}

/** The code with which a call fails. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await appError(work)).code;
}

/** The error with which a call fails. */
export async function appError(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(() => new Error("Nothing failed"), (error) => error);
  if (error instanceof AppError) return error;
  throw error;
}
