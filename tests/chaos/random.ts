/** A number in [0, 1) that is a pure function of its parts. */
export function chance(...parts: (string | number)[]): number {
  let hash = 2166136261;
  for (const char of parts.join("|")) {
    hash = Math.imul(hash ^ char.codePointAt(0)!, 16777619);
  }
  for (const factor of [0x85ebca6b, 0xc2b2ae35]) {
    hash = Math.imul(hash ^ (hash >>> 15), factor);
  }
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A whole number from 0 to `below` - 1. */
export function choice(below: number, ...parts: (string | number)[]): number {
  return Math.floor(chance(...parts) * below);
}

/** Picks by weight, in parts of a thousand; `undefined` for what is left of the thousand. */
export function weighted<T>(at: number, options: readonly (readonly [number, T])[]): T | undefined {
  let left = at * 1000;
  for (const [weight, option] of options) {
    if (left < weight) return option;
    left -= weight;
  }
  return undefined;
}
