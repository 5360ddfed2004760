import { timingSafeEqual } from "node:crypto";
import type { Env } from "../env.ts";
import { sha256 } from "../lib/sha256.ts";

/**
 * Whether this is one of the project's secret keys. Digests are compared, all of them and each in
 * constant time, so that the time it takes tells nothing of the keys.
 */
export function isSecretKey(credential: string, { secretKeys }: Env): boolean {
  const digest = bytesOf(credential);
  return secretKeys.map((key) => timingSafeEqual(bytesOf(key), digest)).includes(true);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(sha256(text));
}
