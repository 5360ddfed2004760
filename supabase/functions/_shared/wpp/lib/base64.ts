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

const VALUES = new Uint8Array(128);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

const PADDING = "=".charCodeAt(0);

/**
 * Decodes padded base64 of the standard alphabet in place: the answer is a part of the argument, which
 * then holds no base64 any more. So 25 MB take no memory more.
 */
export function decodeBase64(base64: Uint8Array): Uint8Array {
  const padding = base64.at(-1) !== PADDING ? 0 : base64.at(-2) !== PADDING ? 1 : 2;
  let at = 0;
  for (let i = 0; i < base64.length; i += 4) {
    const bits = VALUES[base64[i]] << 18 | VALUES[base64[i + 1]] << 12 |
      VALUES[base64[i + 2]] << 6 | VALUES[base64[i + 3]];
    base64[at++] = bits >> 16;
    base64[at++] = bits >> 8;
    base64[at++] = bits;
  }
  return base64.subarray(0, Math.max(0, at - padding));
}
