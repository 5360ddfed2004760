import type { QrOutput } from "./contract.ts";
import type { ConnectCalls, ConnectOptions } from "./connect_options.ts";
import type { ConnectEvents } from "./connect_events.ts";
import type { ConnectState, CreatingState, ScanState, WaitingState } from "./connect_state.ts";
import { backoffMs, sleep, throwIfAborted, whileHidden } from "./pause.ts";
import { isOffline } from "./watch_page.ts";
import { WppError } from "./wpp_error.ts";

/** How long to wait for a scan, unless the caller says otherwise. */
const GIVE_UP_AFTER_S = 300;
/** How often to poll whether the code was scanned; the server names no pace for that. */
const SCAN_POLL_S = 3;
/** How often where the server tells of it: what it tells may be lost. */
const SCAN_NET_S = 30;
/** How long to wait for a code where the server's answer has no `Retry-After`. */
const QR_POLL_S = 2;
/** Shortest wait that the server can ask for: a 0 must not make a tight loop. */
const MIN_WAIT_S = 1;

type States<T = void> = AsyncGenerator<ConnectState, T, undefined>;

/**
 * Every state of connecting, up to `connected` or `failed`. It sends one request at a time, and
 * none while the page is hidden. When aborted it ends without a further state. It does not throw.
 */
export async function* connectStates(calls: ConnectCalls, options: ConnectOptions): States {
  const events = calls.events?.();
  try {
    yield* new Connecting(calls, options, events).run();
  } catch (error) {
    if (options.signal?.aborted) return;
    if (!(error instanceof WppError)) throw error; // a mistake of ours
    const { code, action, message } = error;
    yield { step: "failed", code, action, message, error };
  } finally {
    events?.stop();
  }
}

/**
 * One connection under way:
 *
 *     creating ──▶ waiting_for_qr ◀──▶ scan ──▶ connected
 *
 *     creating        until wpp-create answers; `connected` follows where it was connected before
 *     waiting_for_qr  polls wpp-qr until it answers a code, or `connected`
 *     scan            polls wpp-status until `connected`; when the code is to be replaced, wpp-qr
 *     any of these    a retryable error: the same state with a `problem`, and the request again;
 *                     another error, or nobody scanned in time: `failed`
 *
 * Its methods are generators: they yield each state to show, and return what was found out.
 */
class Connecting {
  #calls: ConnectCalls;
  #options: ConnectOptions;
  #events: ConnectEvents | undefined;
  /** The state that is shown. */
  #shown: CreatingState | WaitingState | ScanState = { step: "creating" };
  /** Why the last request failed, while it is being repeated. */
  #problem: WppError | undefined;
  /** When to ask for the next code, in milliseconds since 1970. */
  #refreshAt = 0;
  /** When to give up, likewise. */
  #deadline: number;

  constructor(calls: ConnectCalls, options: ConnectOptions, events?: ConnectEvents) {
    this.#calls = calls;
    this.#events = events;
    this.#options = options;
    this.#deadline = Date.now() + (options.giveUpAfter ?? GIVE_UP_AFTER_S) * 1000;
  }

  async *run(): States {
    const { name, reconnect, another, session: renewed, signal } = this.#options;
    throwIfAborted(signal);
    yield this.#shown;
    const { session, status } = yield* this.#retried(() =>
      this.#calls.create({ name, reconnect, another, session: renewed }, { signal })
    );
    if (status === "connected" && (yield* this.#isConnected(session))) return;
    this.#events?.watch(session);
    yield this.#shown = { step: "waiting_for_qr", session };
    for (;;) {
      const qr = yield* this.#retried(() => this.#calls.qr({ session }, { signal }));
      if (qr.state === "connected") {
        return yield { step: "connected", session, checkedAt: new Date().toISOString() };
      }
      if (qr.state === "pending") {
        if (this.#shown.step !== "waiting_for_qr") {
          yield this.#shown = { step: "waiting_for_qr", session };
        }
        const pauseS = Math.max(qr.retryAfter ?? QR_POLL_S, MIN_WAIT_S);
        yield* this.#wait(() => pauseS * 1000, (waitedMs) => this.#isCodeTold(waitedMs));
      } else if (yield* this.#untilScanned(qr)) return;
      if (Date.now() >= this.#deadline) throw expired();
    }
  }

  /** Shows a code until it is to be replaced. Returns whether it was scanned by then. */
  async *#untilScanned(qr: QrOutput & { state: "ready" }): States<boolean> {
    const { session } = qr;
    const refreshAfterS = Math.max(qr.refreshAfter, MIN_WAIT_S);
    this.#refreshAt = Date.now() + refreshAfterS * 1000;
    yield this.#shown = { step: "scan", session, ...qr.qr, secondsLeft: Math.ceil(refreshAfterS) };
    for (;;) {
      const leftMs = Math.min(this.#refreshAt, this.#deadline) - Date.now();
      const paceS = () => this.#events?.areKnown ? SCAN_NET_S : SCAN_POLL_S;
      yield* this.#wait(
        () => Math.min(paceS() * 1000, leftMs),
        () => this.#events?.told === "connected",
      );
      const isOver = Date.now() >= this.#deadline;
      // No status is needed here: wpp-qr, which is called next, answers whether it was scanned.
      if (!isOver && Date.now() >= this.#refreshAt) return false;
      if (yield* this.#isConnected(session)) return true;
      if (isOver) return false;
    }
  }

  /** Whether there is a code to ask for, or none is needed. Where that is told often, it waits a little. */
  #isCodeTold(waitedMs: number): boolean {
    const told = this.#events?.told;
    return told === "connected" || (told === "qr_required" && waitedMs >= MIN_WAIT_S * 1000);
  }

  /** Asks for the status, and shows `connected` if that is what it is. */
  async *#isConnected(session: string): States<boolean> {
    const { signal } = this.#options;
    const { status, checkedAt } = yield* this.#retried(() =>
      this.#calls.status({ session }, { signal })
    );
    if (status === "connected") yield { step: "connected", session, checkedAt };
    return status === "connected";
  }

  /** Repeats a call while it fails with retryable errors, and shows each as a problem. */
  async *#retried<T>(call: () => Promise<T>): States<T> {
    for (let failures = 1;; failures++) {
      try {
        this.#events?.asking();
        const answer = await call();
        this.#problem = undefined;
        return answer;
      } catch (error) {
        const isRetryable = error instanceof WppError && error.retryable;
        if (!isRetryable || Date.now() >= this.#deadline) throw error;
        this.#problem = error;
        yield this.#current();
        const pauseMs = backoffMs(failures, error.retryAfter);
        yield* this.#wait(() => pauseMs);
      }
    }
  }

  /**
   * Waits, and counts the code's seconds down. It ends early when the network returns or when what was
   * told makes it needless, and goes on for as long as the page is hidden; that time is added to the
   * deadline.
   */
  async *#wait(ms: () => number, isOver: (waitedMs: number) => boolean = () => false): States {
    const beganAt = Date.now();
    const wasOffline = isOffline();
    for (;;) {
      const waitedMs = Date.now() - beganAt;
      if (waitedMs >= ms() || isOver(waitedMs) || (wasOffline && !isOffline())) return;
      const { signal } = this.#options;
      const stepMs = Math.min(1000, ms() - waitedMs);
      await (this.#events?.pause(stepMs, signal) ?? sleep(stepMs, signal));
      this.#deadline += await whileHidden(signal);
      if (this.#shown.step === "scan") yield this.#current();
    }
  }

  /** The state that is shown, as it is now: with the seconds that are left, and the problem. */
  #current(): ConnectState {
    if (this.#shown.step === "scan") {
      const secondsLeft = Math.max(0, Math.ceil((this.#refreshAt - Date.now()) / 1000));
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
