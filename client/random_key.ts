/**
 * A random UUID. By `getRandomValues`, since browsers have `crypto.randomUUID` on https alone: a page
 * on http://192.168.… has none.
 */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6]! & 0x0f | 0x40; // version 4
  bytes[8] = bytes[8]! & 0x3f | 0x80; // and its variant
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
