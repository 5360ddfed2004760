/** One access token of the platform: how long it lives, and when it is to be refreshed. */
import { decodeJwt } from "../deps/jose.ts";

/** Assumed when neither the token nor the answer says how long it lives (docs/platform.md). */
const DEFAULT_LIFETIME_S = 300;
/** A shorter life is taken for a mistake: it would cost an exchange for almost every call. */
const MIN_LIFETIME_S = 5;
/** No token is trusted for longer. One that ends sooner is refused by the platform and replaced. */
const MAX_LIFETIME_S = 24 * 3600;
/** A token that expires within this time is refreshed in the background. */
const BACKGROUND_MARGIN_MS = 120_000;
/** A token that expires within this time is refreshed before it is used. */
const BLOCKING_MARGIN_MS = 30_000;
/** Neither margin takes more than this share of a token's lifetime. */
const MAX_MARGIN_SHARE = 0.2;

/** Times in milliseconds (since the epoch). */
export interface AccessToken {
  value: string;
  expiresAt: number;
  lifetimeMs: number;
  /**
   * How many exchanges this isolate's cache had seen when the token came in. Of two tokens of a
   * connection, the one of the higher generation is the newer.
   */
  generation: number;
}

/** A token as an exchange or a row gives it, before the cache has numbered it. */
export type NewToken = Omit<AccessToken, "generation">;

/**
 * A token that was received now. Its life counts from here, by this clock, which may differ from
 * the platform's by hours.
 *
 * @param expiresIn Seconds, as the platform's answer says.
 */
export function newToken(value: string, now: number, expiresIn?: number): NewToken {
  const lifetimeMs = lifetimeS(value, now, expiresIn) * 1000;
  return { value, expiresAt: now + lifetimeMs, lifetimeMs };
}

/** A token that was stored together with its expiry, which was reckoned when it was received. */
export function storedToken(value: string, expiresAt: number, now: number): NewToken {
  const lifetimeMs = lifetimeS(value, now) * 1000;
  return { value, expiresAt: Math.min(expiresAt, now + MAX_LIFETIME_S * 1000), lifetimeMs };
}

/** Only the last of what the token and the answer say needs clocks that agree. */
function lifetimeS(value: string, now: number, expiresIn = NaN): number {
  const { exp = NaN, iat = NaN } = claims(value);
  const fromNow = exp - now / 1000;
  if (exp - iat >= MIN_LIFETIME_S) return Math.min(exp - iat, MAX_LIFETIME_S);
  if (expiresIn >= MIN_LIFETIME_S) return Math.min(expiresIn, MAX_LIFETIME_S);
  if (fromNow >= MIN_LIFETIME_S && fromNow <= MAX_LIFETIME_S) return fromNow;
  return DEFAULT_LIFETIME_S;
}

/** Whether a token may be sent without refreshing it first. */
export function isUsable<T extends NewToken>(token: T | undefined, now: number): token is T {
  return token !== undefined && now < token.expiresAt - margin(token, BLOCKING_MARGIN_MS);
}

/** Whether a usable token should be refreshed in the background. */
export function needsRefresh(token: NewToken, now: number): boolean {
  return now >= token.expiresAt - margin(token, BACKGROUND_MARGIN_MS);
}

function margin(token: NewToken, maxMs: number): number {
  return Math.min(maxMs, Math.max(0, token.lifetimeMs) * MAX_MARGIN_SHARE);
}

function claims(value: string): { exp?: number; iat?: number } {
  try {
    const { exp, iat } = decodeJwt(value);
    return { exp: finite(exp), iat: finite(iat) };
  } catch {
    return {}; // opaque, which is as good
  }
}

function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
