import type { WppErrorCode } from "./error_code.ts";
import type { WppAction, WppError } from "./wpp_error.ts";

/** One state of `connect`, for a page to show. */
export type ConnectState =
  & (CreatingState | WaitingState | ScanState | ConnectedState | FailedState)
  /** Why the last request failed; it is being repeated. Offline, or a server that is down. */
  & { problem?: WppError };

export interface CreatingState {
  step: "creating";
}

export interface WaitingState {
  step: "waiting_for_qr";
  session: string;
}

/** Comes again every second with its `secondsLeft`: to show the state is to show a countdown. */
export interface ScanState {
  step: "scan";
  session: string;
  /** A `data:image/…` URL, for an `<img>`. */
  image: string;
  /** The QR code's text, where known. */
  text?: string;
  /** How long the image can still be scanned; at 0 it is about to be replaced. */
  secondsLeft: number;
}

export interface ConnectedState {
  step: "connected";
  session: string;
  /** When the server saw that, in ISO 8601. */
  checkedAt: string;
}

export interface FailedState {
  step: "failed";
  code: WppErrorCode;
  /** What a person can do. `reconnect`: connect again with `{ reconnect: true }`. */
  action: WppAction;
  /** What went wrong and what to do, as an English sentence. */
  message: string;
  error: WppError;
}
