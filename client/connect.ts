import type {
  CreateInput,
  CreateOutput,
  QrInput,
  QrOutput,
  StatusInput,
  StatusOutput,
} from "../supabase/functions/_shared/wpp/contract.ts";
import type { ConnectState, CreatingState, ScanState, WaitingState } from "./connect_state.ts";
import { backoff, isOffline, sleep, whileHidden } from "./pause.ts";
import { WppError } from "./wpp_error.ts";

export interface ConnectOptions extends CreateInput {
  /** Ends it; nothing is asked after that. */
  signal?: AbortSignal;
  /** Seconds, without those when the page is hidden, after which nobody will scan: 300. */
  giveUpAfter?: number;
}

/** The calls that connecting takes; `retryAfter` is in seconds. */
export interface ConnectCalls {
  create(input: CreateInput, options: CallOptions): Promise<CreateOutput>;
  qr(input: QrInput, options: CallOptions): Promise<QrOutput & { retryAfter?: number }>;
  status(input: StatusInput, options: CallOptions): Promise<StatusOutput>;
}

interface CallOptions {
  signal?: AbortSignal;
}

/** Seconds between two looks whether the code was scanned; the server names no pace for it. */
const LOOK_EVERY = 3;
const PENDING_AFTER = 2;
/** Seconds between two questions, whatever the server names. */
const SHORTEST = 1;

type States<T = void> = AsyncGenerator<ConnectState, T, undefined>;

/**
 * The whole connection, one question at a time, up to `connected` or `failed`. It waits while the
 * page is hidden, and ends without a further state when aborted. It does not throw.
 */
export async function* connectStates(calls: ConnectCalls, options: ConnectOptions): States {
  try {
    yield* new Connecting(calls, options).run();
  } catch (error) {
    if (options.signal?.aborted) return;
    if (!(error instanceof WppError)) throw error; // a mistake of ours
    const { code, action, message } = error;
    yield { step: "failed", code, action, message, error };
  }
}

class Connecting {
  #calls: ConnectCalls;
  #options: ConnectOptions;
  #shown: CreatingState | WaitingState | ScanState = { step: "creating" };
  #problem?: WppError;
  /** When the image in `#shown` should be replaced, and when to give up, in ms. */
  #renewAt = 0;
  #deadline: number;

  constructor(calls: ConnectCalls, options: ConnectOptions) {
    this.#calls = calls;
    this.#options = options;
    this.#deadline = Date.now() + (options.giveUpAfter ?? 300) * 1000;
  }

  async *run(): States {
    const { name, reconnect, signal } = this.#options;
    signal?.throwIfAborted();
    yield this.#shown;
    const { session, status } = yield* this.#ask(() =>
      this.#calls.create({ name, reconnect }, { signal })
    );
    if (status === "connected" && (yield* this.#isConnected(session))) return;
    yield this.#shown = { step: "waiting_for_qr", session };
    for (;;) {
      const qr = yield* this.#ask(() => this.#calls.qr({ session }, { signal }));
      if (qr.state === "connected") {
        return yield { step: "connected", session, checkedAt: new Date().toISOString() };
      }
      if (qr.state === "pending") {
        if (this.#shown.step !== "waiting_for_qr") {
          yield this.#shown = { step: "waiting_for_qr", session };
        }
        yield* this.#rest(Math.max(qr.retryAfter ?? PENDING_AFTER, SHORTEST) * 1000);
      } else if (yield* this.#untilScanned(qr)) return;
      if (Date.now() >= this.#deadline) throw expired();
    }
  }

  /** Shows a code until it should be replaced; whether it was scanned by then. */
  async *#untilScanned(qr: QrOutput & { state: "ready" }): States<boolean> {
    const { session } = qr;
    const refreshAfter = Math.max(qr.refreshAfter, SHORTEST);
    this.#renewAt = Date.now() + refreshAfter * 1000;
    yield this.#shown = { step: "scan", session, ...qr.qr, secondsLeft: Math.ceil(refreshAfter) };
    for (;;) {
      const left = Math.min(this.#renewAt, this.#deadline) - Date.now();
      yield* this.#rest(Math.min(LOOK_EVERY * 1000, left));
      const isOver = Date.now() >= this.#deadline;
      // The next code is asked for at once, and that answer tells whether this one was scanned.
      if (!isOver && Date.now() >= this.#renewAt) return false;
      if (yield* this.#isConnected(session)) return true;
      if (isOver) return false;
    }
  }

  async *#isConnected(session: string): States<boolean> {
    const { signal } = this.#options;
    const { status, checkedAt } = yield* this.#ask(() =>
      this.#calls.status({ session }, { signal })
    );
    if (status === "connected") yield { step: "connected", session, checkedAt };
    return status === "connected";
  }

  /** Asks until there is an answer; what may pass is shown as a problem meanwhile. */
  async *#ask<T>(question: () => Promise<T>): States<T> {
    for (let failures = 1;; failures++) {
      try {
        const answer = await question();
        this.#problem = undefined;
        return answer;
      } catch (error) {
        const mayPass = error instanceof WppError && error.retryable;
        if (!mayPass || Date.now() >= this.#deadline) throw error;
        this.#problem = error;
        yield this.#now();
        yield* this.#rest(backoff(failures, error.retryAfter));
      }
    }
  }

  /** Waits, counting down; shorter when the network returns, longer while the page is hidden. */
  async *#rest(ms: number): States {
    const end = Date.now() + ms;
    const wasOffline = isOffline();
    while (Date.now() < end && !(wasOffline && !isOffline())) {
      const { signal } = this.#options;
      await sleep(Math.min(1000, end - Date.now()), signal);
      this.#deadline += await whileHidden(signal);
      if (this.#shown.step === "scan") yield this.#now();
    }
  }

  #now(): ConnectState {
    if (this.#shown.step === "scan") {
      const secondsLeft = Math.max(0, Math.ceil((this.#renewAt - Date.now()) / 1000));
      this.#shown = { ...this.#shown, secondsLeft };
    }
    return this.#problem ? { ...this.#shown, problem: this.#problem } : this.#shown;
  }
}

function expired(): WppError {
  return new WppError({
    code: "scan_expired",
    message: "The QR code was not scanned in time. Start again with the phone at hand.",
    retryable: true,
  });
}
