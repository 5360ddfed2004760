import { createHash } from "node:crypto";

const [CR, LF] = [0x0d, 0x0a];

/**
 * SHA-256 of a text file in hex. Line ends count as LF: git writes CRLF on some machines, and that is
 * no change of the user's.
 */
export function contentHash(bytes: Uint8Array): string {
  const hasCr = bytes.includes(CR);
  const unix = hasCr ? bytes.filter((byte, at) => byte !== CR || bytes[at + 1] !== LF) : bytes;
  return createHash("sha256").update(unix).digest("hex");
}
