import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import type { Fleet, Slot } from "./fleet.ts";

/** Longer than a function may take to answer. */
const PATIENCE = 32_000;

/** What one call came to, as its caller saw it. */
export interface Answer {
  /** 0: none came. */
  status: number;
  body: unknown;
  headers: Headers;
  /** The process that took the call, as the fleet names it. */
  process: string;
  milliseconds: number;
}

export interface CallOptions {
  token: string;
  method?: "GET" | "POST";
  body?: unknown;
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
    ...{ status, body, headers, process },
    milliseconds: performance.now() - startedAt,
  });
  try {
    const response = await fetch(`${slot.process!.origin}/${slot.name satisfies FunctionName}`, {
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
