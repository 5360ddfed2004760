import { base64url, compactDecrypt, CompactEncrypt, decodeProtectedHeader, errors } from "jose";
import type { Env } from "./env.ts";
import { AppError } from "./errors.ts";
import { sha256 } from "./sha256.ts";

/** What a sealed value is: it opens as nothing else. */
export type Purpose = "api_key" | "access_token";

export interface Opened {
  value: string;
  /** The value should be sealed anew: it is in the clear, or under a key that is not the newest. */
  stale: boolean;
}

/**
 * Secrets at rest: compact JWE (`dir`, `A256GCM`) under the keys of WPP_ENCRYPTION_KEYS, bound to
 * their row and purpose by the protected header, which the cipher authenticates. Without keys,
 * values stay in the clear.
 */
export class Vault {
  readonly #keys: string[];

  constructor(env: Pick<Env, "encryptionKeys">) {
    this.#keys = env.encryptionKeys;
  }

  async seal(value: string, row: string, purpose: Purpose): Promise<string> {
    const [newest] = this.#keys;
    if (newest === undefined) return value;
    return await new CompactEncrypt(new TextEncoder().encode(value))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: await keyId(newest), row, purpose })
      .encrypt(base64url.decode(newest));
  }

  /** @throws AppError `misconfigured` for a sealed value that no key opens for this row and purpose. */
  async open(stored: string, row: string, purpose: Purpose): Promise<Opened> {
    const header = sealedHeader(stored);
    if (!header) return { value: stored, stale: this.#keys.length > 0 };
    try {
      if (header.row !== row || header.purpose !== purpose) throw new errors.JWEInvalid();
      for (const [index, key] of this.#keys.entries()) {
        if (await keyId(key) !== header.kid) continue;
        const { plaintext } = await compactDecrypt(stored, base64url.decode(key), {
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: ["A256GCM"],
        });
        return { value: new TextDecoder().decode(plaintext), stale: index > 0 };
      }
      throw new errors.JWEDecryptionFailed();
    } catch (cause) {
      throw new AppError("misconfigured", {
        message: "No key of WPP_ENCRYPTION_KEYS opens a stored secret. Restore the key it was " +
          "stored with.",
        cause,
      });
    }
  }
}

/** Names a key without telling anything of it. */
async function keyId(key: string): Promise<string> {
  return (await sha256(key)).slice(0, 16);
}

/** The header of a value that `seal` made; anything else is a value in the clear. */
function sealedHeader(stored: string): Record<string, unknown> | undefined {
  if (stored.split(".").length !== 5) return undefined;
  try {
    const header = decodeProtectedHeader(stored) as Record<string, unknown>;
    return header.enc === "A256GCM" && header.alg === "dir" ? header : undefined;
  } catch {
    return undefined;
  }
}
