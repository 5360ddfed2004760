/** The platform's access token: what is known of one, and the isolate's memory of them. */
import { decodeJwt } from "jose/jwt/decode";
import { BoundedMap } from "../lib/lru_map.ts";

/** Seconds a token lives when neither it nor the answer says so (wpp-platform: assume 5 minutes). */
const DEFAULT_LIFETIME = 300;
/** Milliseconds before expiry from which a token is renewed beside the call, and before it. */
const BACKGROUND_MARGIN = 120_000;
const BLOCKING_MARGIN = 30_000;
/** The largest part of a lifetime that either margin may take. */
const MARGIN_SHARE = 0.2;
/** Milliseconds after a failed background refresh before the next is tried. */
const REFRESH_COOLDOWN = 10_000;
/** Milliseconds for which a refused key is not tried again. */
const REFUSAL_MEMORY = 30_000;
const MAX_ENTRIES = 1_000;

/** An access token; times in milliseconds (since the epoch). */
export interface AccessToken {
  value: string;
  expiresAt: number;
  lifetime: number;
}

/** Expiry comes from the token's own `exp`, else from `expiresIn` (seconds), else is assumed. */
export function accessToken(value: string, now: number, expiresIn?: number): AccessToken {
  const { exp, iat } = claims(value);
  const expiresAt = exp !== undefined ? exp * 1000 : now + (expiresIn ?? DEFAULT_LIFETIME) * 1000;
  return { value, expiresAt, lifetime: expiresAt - (iat !== undefined ? iat * 1000 : now) };
}

/** A token that was stored with its expiry. */
export function storedToken(value: string, expiresAt: number, now: number): AccessToken {
  return { ...accessToken(value, now), expiresAt };
}

/** Whether a token may still be sent. */
export function isUsable(token: AccessToken | undefined, now: number): token is AccessToken {
  return token !== undefined && now < token.expiresAt - margin(token, BLOCKING_MARGIN);
}

/** Whether a usable token should be renewed beside the call that uses it. */
export function isDue(token: AccessToken, now: number): boolean {
  return now >= token.expiresAt - margin(token, BACKGROUND_MARGIN);
}

function margin(token: AccessToken, most: number): number {
  return Math.min(most, Math.max(0, token.lifetime) * MARGIN_SHARE);
}

function claims(value: string): { exp?: number; iat?: number } {
  try {
    const { exp, iat } = decodeJwt(value);
    return { exp: number(exp), iat: number(iat) };
  } catch {
    return {}; // opaque, which is as good
  }
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/**
 * What an isolate remembers, bounded: the tokens, the exchanges under way (which callers share),
 * and the keys that the platform refused. Only a cache: any entry may vanish at any time.
 */
export class TokenCache {
  readonly #tokens = new BoundedMap<string, AccessToken>(MAX_ENTRIES);
  readonly #exchanges = new Map<string, Promise<AccessToken>>();
  readonly #pausedUntil = new BoundedMap<string, number>(MAX_ENTRIES);
  readonly #refusedUntil = new BoundedMap<string, number>(MAX_ENTRIES);
  readonly #madeAs = new BoundedMap<string, number>(MAX_ENTRIES);
  #made = 0;

  /** How many exchanges have succeeded. */
  get made(): number {
    return this.#made;
  }

  get(key: string): AccessToken | undefined {
    const token = this.#tokens.get(key);
    if (token) this.#tokens.set(key, token); // keeps what is used
    return token;
  }

  set(key: string, token: AccessToken): void {
    this.#tokens.set(key, token);
  }

  /** The token of an exchange that succeeded after so many others had. */
  madeSince(key: string, made: number): AccessToken | undefined {
    return (this.#madeAs.get(key) ?? 0) > made ? this.#tokens.get(key) : undefined;
  }

  /** Forgets a token that the platform refused, unless a newer one has taken its place. */
  drop(key: string, refused: string): void {
    if (this.#tokens.get(key)?.value === refused) this.#tokens.delete(key);
  }

  /** Runs one exchange a key at a time; callers that come meanwhile get the same result. */
  share(key: string, exchange: () => Promise<AccessToken>): Promise<AccessToken> {
    const running = this.#exchanges.get(key);
    if (running) return running;
    const started = exchange().then((token) => {
      this.#madeAs.set(key, ++this.#made);
      return token;
    }).finally(() => this.#exchanges.delete(key));
    this.#exchanges.set(key, started);
    return started;
  }

  mayRefresh(key: string, now: number): boolean {
    return !this.#exchanges.has(key) && now >= (this.#pausedUntil.get(key) ?? 0);
  }

  pauseRefresh(key: string, now: number): void {
    this.#pausedUntil.set(key, now + REFRESH_COOLDOWN);
  }

  isRefused(key: string, now: number): boolean {
    return now < (this.#refusedUntil.get(key) ?? 0);
  }

  refuse(key: string, now: number): void {
    this.#refusedUntil.set(key, now + REFUSAL_MEMORY);
  }
}
