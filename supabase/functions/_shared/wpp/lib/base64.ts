/** So many bytes at a time: an argument each, and a multiple of 3. */
const CHUNK_BYTES = 6 * 1024;

/** The bytes in base64, as ASCII. */
export function toBase64(bytes: Uint8Array): Uint8Array {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES)));
  }
  return new TextEncoder().encode(text);
}

/** How many bytes so many characters of base64 hold. */
export function decodedSize(base64: Uint8Array): number {
  const padding = base64.subarray(-2).filter((byte) => byte === 0x3d).length;
  return Math.floor(base64.length * 3 / 4) - padding;
}
