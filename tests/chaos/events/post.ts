import type { Slot } from "../fleet.ts";
import type { Post } from "./evidence.ts";

/** Longer than the webhook may take to answer. */
const PATIENCE_MS = 32_000;

/** Posts to a process of `wpp-webhook`, as the platform does. */
export async function post(
  slot: Slot,
  token: string,
  body: string,
): Promise<Pick<Post, "status" | "body" | "startedAt" | "endedAt">> {
  const startedAt = performance.now();
  const answered = (status: number, body: unknown) => ({
    ...{ status, body, startedAt, endedAt: performance.now() },
  });
  try {
    // It may have been killed since it was picked.
    const response = await fetch(`${slot.process!.origin}/${slot.name}?token=${token}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      // A body at hand would let fetch send the request again when its connection breaks.
      body: new Blob([body]).stream(),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answered(response.status, await response.json());
  } catch (error) {
    return answered(0, error instanceof Error ? error.name : String(error));
  }
}
