/** So many bytes at a time: an argument each, and a multiple of 3. */
const CHUNK_BYTES = 6 * 1024;

/** The bytes in base64, as ASCII. */
export function encodeBase64(bytes: Uint8Array): Uint8Array {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES)));
  }
  return new TextEncoder().encode(text);
}
