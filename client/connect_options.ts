import type { CallOptions } from "./call.ts";
import type { ConnectEvents } from "./connect_events.ts";
import type {
  CreateInput,
  CreateOutput,
  QrInput,
  QrOutput,
  StatusInput,
  StatusOutput,
} from "./contract.ts";
import type { Signal } from "./supabase.ts";

export interface ConnectOptions extends CreateInput {
  /** Stops connecting: no request is sent after it aborts. */
  signal?: Signal | undefined;
  /** Seconds until it fails with `scan_expired`; 300. Time on a hidden page does not count. */
  giveUpAfter?: number | undefined;
}

/** The client's calls that connecting uses; `retryAfter` is in seconds. */
export interface ConnectCalls {
  create(input: CreateInput, options: CallOptions): Promise<CreateOutput>;
  qr(input: QrInput, options: CallOptions): Promise<QrOutput & { retryAfter?: number }>;
  status(input: StatusInput, options: CallOptions): Promise<StatusOutput>;
  /** Joins, beside the calls, where the server tells of connections. */
  events?(): ConnectEvents | undefined;
}
