import type { WppAction, WppError, WppErrorCode } from "./wpp_error.ts";

/** Where a connection stands, for a page to show. */
export type ConnectState =
  & (CreatingState | WaitingState | ScanState | ConnectedState | FailedState)
  /** The last question failed and is being repeated: offline, or a server that is down. */
  & { problem?: WppError };

export interface CreatingState {
  step: "creating";
}

export interface WaitingState {
  step: "waiting_for_qr";
  session: string;
}

/** Comes once a second, so that a countdown is shown by showing the state. */
export interface ScanState {
  step: "scan";
  session: string;
  /** A `data:image/…` URL, for an `<img>`. */
  image: string;
  /** The QR code's text, where known. */
  text?: string;
  /** How long the image is still good; at 0 it is about to be replaced. */
  secondsLeft: number;
}

export interface ConnectedState {
  step: "connected";
  session: string;
  /** When that was seen, in ISO 8601. */
  checkedAt: string;
}

export interface FailedState {
  step: "failed";
  code: WppErrorCode;
  /** What to do. `reconnect`: connect again with `{ reconnect: true }`. */
  action: WppAction;
  /** The same as a sentence, in English. */
  message: string;
  error: WppError;
}
