/** A body is larger than it may be. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/**
 * Reads a whole body of at most so many bytes.
 *
 * @param signal Ends the reading.
 * @throws BodyTooLargeError, the signal's reason, and whatever breaks the body.
 */
export async function readBounded(
  message: Request | Response,
  most: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = declaredLength(message);
  if (length > most) {
    message.body?.cancel().catch(() => {}); // not awaited: it may take as long as the body
    throw new BodyTooLargeError();
  }
  // HTTP holds a body to its declared length: at once it is read in half of the time.
  const bytes = Number.isNaN(length)
    ? await readChunks(message, most, signal)
    : new Uint8Array(await message.arrayBuffer());
  if (bytes.byteLength > most) throw new BodyTooLargeError();
  return bytes;
}

/** NaN where there is none, or it is that of a form which the runtime has undone. */
function declaredLength({ headers }: Request | Response): number {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? NaN : Number(length);
}

async function readChunks(
  { body }: Request | Response,
  most: number,
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
      if (size > most) throw new BodyTooLargeError();
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
