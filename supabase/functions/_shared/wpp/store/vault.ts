import {
  base64url,
  compactDecrypt,
  CompactEncrypt,
  decodeProtectedHeader,
  joseErrors,
} from "../deps/jose.ts";
import { LruMap } from "../lib/lru_map.ts";
import { type Env, perEnv } from "../env.ts";
import { AppError } from "../errors.ts";
import { sha256 } from "../lib/sha256.ts";

/**
 * What a secret is for. It is part of the authenticated header, so that an apiKey cannot be
 * decrypted as a token.
 */
export type Purpose = "api_key" | "access_token" | "webhook_token";

export interface Unsealed {
  value: string;
  /** It should be encrypted again: it is in the clear, or under a key that is not the newest. */
  stale: boolean;
}

/** How many decrypted secrets an isolate remembers: two for each connection. */
const MAX_ENTRIES = 2_000;

/**
 * Secrets at rest: compact JWE (`dir`, `A256GCM`) under the keys of WPP_ENCRYPTION_KEYS, bound to
 * their row and purpose by the protected header, which the cipher authenticates. Without keys,
 * values stay in the clear.
 */
export class Vault {
  /** Newest first. The id names a key without telling anything of it. */
  readonly #keys: { id: string; bytes: Uint8Array }[];
  /** Decrypted values by purpose, row and ciphertext: saves 0.16 ms each, twice a call. */
  readonly #unsealed = new LruMap<string, Unsealed>(MAX_ENTRIES);

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

  /** @throws AppError `misconfigured` for a sealed value that no key decrypts for this row and purpose. */
  async unseal(stored: string, row: string, purpose: Purpose): Promise<Unsealed> {
    const cacheKey = `${purpose} ${row} ${stored}`;
    const cached = this.#unsealed.get(cacheKey);
    if (cached) return cached;
    const unsealed = await this.#decrypt(stored, row, purpose);
    this.#unsealed.set(cacheKey, unsealed);
    return unsealed;
  }

  async #decrypt(stored: string, row: string, purpose: Purpose): Promise<Unsealed> {
    const header = sealedHeader(stored);
    if (!header) return { value: stored, stale: this.#keys.length > 0 };
    try {
      if (header.row !== row || header.purpose !== purpose) throw new joseErrors.JWEInvalid();
      const index = this.#keys.findIndex(({ id }) => id === header.kid);
      if (index < 0) throw new joseErrors.JWEDecryptionFailed();
      const { plaintext } = await compactDecrypt(stored, this.#keys[index].bytes, {
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      return { value: new TextDecoder().decode(plaintext), stale: index > 0 };
    } catch (cause) {
      throw new AppError("misconfigured", {
        message: "No key of WPP_ENCRYPTION_KEYS decrypts a stored secret. Restore the key it was " +
          "stored with.",
        cause,
      });
    }
  }
}

/** The vault of a configuration. */
export const vaultOf = perEnv((env) => new Vault(env));

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
