import type { Method } from "../../supabase/functions/_shared/wpp/contract.ts";
import type { Fleet, Slot } from "./fleet.ts";

/** Longer than a function may take to answer. */
const PATIENCE = 32_000;

/** What one call came to, as its caller saw it. Times are in milliseconds, by `performance.now()`. */
export interface Answer {
  /** 0: none came. */
  status: number;
  body: unknown;
  headers: Headers;
  /** The process that took the call, as the fleet names it. */
  process: string;
  startedAt: number;
  endedAt: number;
}

export interface CallOptions {
  /** A user's access token, or the project's secret key. */
  token: string;
  method?: Method;
  /** A GET has its fields in the query. */
  body?: Record<string, unknown>;
  idempotencyKey?: string;
}

/** Calls a function in that process, once: never rejects, and repeats nothing. */
export async function call(
  fleet: Fleet,
  slot: Slot,
  { token, method = "POST", body = {}, idempotencyKey }: CallOptions,
): Promise<Answer> {
  const process = fleet.nameOf(slot);
  const startedAt = performance.now();
  const answered = (status: number, body: unknown, headers = new Headers()): Answer => ({
    ...{ status, body, headers, process, startedAt },
    endedAt: performance.now(),
  });
  try {
    const url = new URL(`${slot.process!.origin}/${slot.name}`);
    if (method === "GET") url.search = String(new URLSearchParams(body as Record<string, string>));
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      // A body at hand would let fetch send the request again when its connection breaks.
      ...(method === "GET"
        ? {}
        : { body: new Blob([JSON.stringify(body)]).stream(), duplex: "half" }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const read = await response.json();
    slot.answered++;
    return answered(response.status, read, response.headers);
  } catch (error) {
    return answered(0, error instanceof Error ? error.name : String(error));
  }
}
