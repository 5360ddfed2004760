import { readBounded } from "../lib/bounded_body.ts";
import { withDeadline } from "../lib/deadline.ts";

/** A file is held whole, in an isolate that has 256 MB for all that it does. */
const MAX_BYTES = 25 * 1024 * 1024;
const TIMEOUT_MS = 20_000;

/** The status of a download that was answered otherwise, such as 401; a redirect is not followed. */
export type Download = { bytes: Uint8Array } | { status: number };

/**
 * Fetches a file of the platform's.
 *
 * @throws BodyTooLargeError, and whatever breaks it or ends it.
 */
export async function download(
  url: string,
  token: string | undefined,
  parent?: AbortSignal,
): Promise<Download> {
  return await withDeadline(TIMEOUT_MS, parent, async (signal) => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch(url, { headers, redirect: "manual", signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { status: response.status };
    }
    return { bytes: await readBounded(response, MAX_BYTES, signal) };
  });
}
