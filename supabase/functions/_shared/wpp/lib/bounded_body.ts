/** A body is larger than it may be. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/**
 * Reads a whole body of at most `maxBytes`.
 *
 * @param signal Ends the reading.
 * @throws BodyTooLargeError, the signal's reason, and whatever breaks the body.
 */
export async function readBounded(
  message: Request | Response,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = declaredLength(message);
  if (length > maxBytes) {
    message.body?.cancel().catch(() => {}); // not awaited: it may take as long as the body
    throw new BodyTooLargeError();
  }
  // Reading at once takes half the time of reading chunks (130 µs less on Deno 2.1.4).
  const bytes = Number.isNaN(length)
    ? await readChunks(message, maxBytes, signal)
    : new Uint8Array(await message.arrayBuffer());
  if (bytes.byteLength > maxBytes) throw new BodyTooLargeError();
  return bytes;
}

/** NaN if absent, or if it counts the bytes of a compressed form that the runtime has decoded. */
function declaredLength({ headers }: Request | Response): number {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? NaN : Number(length);
}

async function readChunks(
  { body }: Request | Response,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!body) return new Uint8Array();
  const reader = body.getReader();
  // A deadline also ends a body that does not listen to the signal of its fetch.
  const onAbort = () => reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > maxBytes) throw new BodyTooLargeError();
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {}); // not awaited: it may take as long as the body
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
