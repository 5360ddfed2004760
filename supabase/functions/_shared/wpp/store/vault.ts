import * as base64url from "jose/base64url";
import { decodeProtectedHeader } from "jose/decode/protected_header";
import * as errors from "jose/errors";
import { compactDecrypt } from "jose/jwe/compact/decrypt";
import { CompactEncrypt } from "jose/jwe/compact/encrypt";
import { BoundedMap } from "../lib/lru_map.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";
import { sha256 } from "../lib/sha256.ts";

/** What a sealed value is: it opens as nothing else. */
export type Purpose = "api_key" | "access_token";

export interface Opened {
  value: string;
  /** The value should be sealed anew: it is in the clear, or under a key that is not the newest. */
  stale: boolean;
}

/** How many opened secrets an isolate remembers: two for each connection. */
const MAX_OPENED = 2_000;

/**
 * Secrets at rest: compact JWE (`dir`, `A256GCM`) under the keys of WPP_ENCRYPTION_KEYS, bound to
 * their row and purpose by the protected header, which the cipher authenticates. Without keys,
 * values stay in the clear.
 */
export class Vault {
  /** Newest first. The id names a key without telling anything of it. */
  readonly #keys: { id: string; bytes: Uint8Array }[];
  /** Values opened before, by all that each is bound to: every call reads the same ones again. */
  readonly #opened = new BoundedMap<string, Opened>(MAX_OPENED);

  constructor({ encryptionKeys }: Pick<Env, "encryptionKeys">) {
    this.#keys = encryptionKeys.map((key) => ({
      id: sha256(key).slice(0, 16),
      bytes: base64url.decode(key),
    }));
  }

  async seal(value: string, row: string, purpose: Purpose): Promise<string> {
    const [newest] = this.#keys;
    if (newest === undefined) return value;
    return await new CompactEncrypt(new TextEncoder().encode(value))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: newest.id, row, purpose })
      .encrypt(newest.bytes);
  }

  /** @throws AppError `misconfigured` for a sealed value that no key opens for this row and purpose. */
  async open(stored: string, row: string, purpose: Purpose): Promise<Opened> {
    const bound = `${purpose} ${row} ${stored}`;
    const opened = this.#opened.get(bound) ?? await this.#open(stored, row, purpose);
    this.#opened.set(bound, opened);
    return opened;
  }

  async #open(stored: string, row: string, purpose: Purpose): Promise<Opened> {
    const header = sealedHeader(stored);
    if (!header) return { value: stored, stale: this.#keys.length > 0 };
    try {
      if (header.row !== row || header.purpose !== purpose) throw new errors.JWEInvalid();
      const index = this.#keys.findIndex(({ id }) => id === header.kid);
      if (index < 0) throw new errors.JWEDecryptionFailed();
      const { plaintext } = await compactDecrypt(stored, this.#keys[index].bytes, {
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      return { value: new TextDecoder().decode(plaintext), stale: index > 0 };
    } catch (cause) {
      throw new AppError("misconfigured", {
        message: "No key of WPP_ENCRYPTION_KEYS opens a stored secret. Restore the key it was " +
          "stored with.",
        cause,
      });
    }
  }
}

const vaults = new WeakMap<Env, Vault>();

/** The vault of a configuration: an isolate has one. */
export function vaultOf(env: Env): Vault {
  const vault = vaults.get(env) ?? new Vault(env);
  vaults.set(env, vault);
  return vault;
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
