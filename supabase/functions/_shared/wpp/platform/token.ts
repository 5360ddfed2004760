/** One access token of the platform: how long it lives, and when it is to be refreshed. */
import { decodeJwt } from "../deps/jose.ts";

/** Assumed when neither the token nor the answer says how long it lives (docs/platform.md). */
const DEFAULT_LIFETIME_S = 300;
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

/** Expiry comes from the token's own `exp`, else from `expiresIn` (seconds), else is assumed. */
export function newToken(value: string, now: number, expiresIn?: number): NewToken {
  const { exp, iat } = claims(value);
  const expiresAt = exp !== undefined ? exp * 1000 : now + (expiresIn ?? DEFAULT_LIFETIME_S) * 1000;
  return { value, expiresAt, lifetimeMs: expiresAt - (iat !== undefined ? iat * 1000 : now) };
}

/** A token that was stored together with its expiry. */
export function storedToken(value: string, expiresAt: number, now: number): NewToken {
  return { ...newToken(value, now), expiresAt };
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
