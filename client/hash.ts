/**
 * 106 bits of a text, as hex: two runs of cyrb53, a hash in the public domain. Not for secrets;
 * `crypto.subtle`, which has better ones, is missing on http, too. Should two messages ever share
 * one, the functions refuse the second (`idempotency_key_reused`): none is lost unnoticed.
 */
export function hash(text: string): string {
  return [0, 1].map((seed) => cyrb53(text, seed).toString(16).padStart(14, "0")).join("");
}

function cyrb53(text: string, seed: number): number {
  let [a, b] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
