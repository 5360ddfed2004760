import { LruMap } from "../lib/lru_map.ts";
import type { AccessToken, NewToken } from "./token.ts";

/** After a background refresh was started, no other is started for this long. */
const REFRESH_COOLDOWN_MS = 10_000;
/** A key that the platform refused is not exchanged again for this long. */
const REFUSAL_TTL_MS = 30_000;
/** A connection that was found accepted is not checked again for this long. */
const ACCEPTANCE_TTL_MS = 10_000;
const MAX_ENTRIES = 1_000;

/**
 * What an isolate remembers of tokens, bounded: the tokens themselves, the exchanges that are
 * running (callers share them), and what the platform accepted and refused. Any entry may vanish at
 * any time: that costs an exchange, no more.
 *
 * Expiries are by the wall clock, as they are stored; `now` of the other methods is milliseconds of
 * a clock that is never set back, or a pause might last for hours.
 */
export class TokenCache {
  readonly #tokens = new LruMap<string, AccessToken>(MAX_ENTRIES);
  readonly #exchanges = new Map<string, Promise<AccessToken>>();
  readonly #refreshableAt = new LruMap<string, number>(MAX_ENTRIES);
  readonly #refusedUntil = new LruMap<string, number>(MAX_ENTRIES);
  readonly #acceptedUntil = new LruMap<string, number>(MAX_ENTRIES);
  readonly #exchanged = new LruMap<string, true>(MAX_ENTRIES);
  readonly #formerTokens = new LruMap<string, string>(MAX_ENTRIES);
  #generation = 0;

  get(key: string): AccessToken | undefined {
    return this.#tokens.get(key);
  }

  /** Keeps a token that was just exchanged: the newest of all. */
  add(key: string, token: NewToken): AccessToken {
    this.#generation++;
    this.#exchanged.set(key, true);
    const former = this.#tokens.get(key);
    if (former && former.value !== token.value) this.#formerTokens.set(key, former.value);
    return this.adopt(key, token);
  }

  /** Whether an exchange of this key has succeeded, even if its token is gone. */
  hasExchanged(key: string): boolean {
    return this.#exchanged.get(key) ?? false;
  }

  /** Keeps a token that another isolate stored: as new as the newest exchange so far. */
  adopt(key: string, token: NewToken): AccessToken {
    const adopted = { ...token, generation: this.#generation };
    this.#tokens.set(key, adopted);
    return adopted;
  }

  /** Forgets a token that the platform refused, unless a newer one has taken its place. */
  drop(key: string, refused: AccessToken): void {
    this.#formerTokens.set(key, refused.value);
    if (this.#tokens.get(key)?.value === refused.value) this.#tokens.delete(key);
  }

  /** Whether this is the token that was refused or replaced last: a row may still hold it. */
  isFormer(key: string, value: string): boolean {
    return this.#formerTokens.get(key) === value;
  }

  /** Runs one exchange a key at a time; callers that come meanwhile share its result. */
  share(key: string, exchange: () => Promise<AccessToken>): Promise<AccessToken> {
    const running = this.#exchanges.get(key);
    if (running) return running;
    const started = exchange().finally(() => this.#exchanges.delete(key));
    this.#exchanges.set(key, started);
    return started;
  }

  mayRefresh(key: string, now: number): boolean {
    return !this.#exchanges.has(key) && now >= (this.#refreshableAt.get(key) ?? 0);
  }

  pauseRefresh(key: string, now: number): void {
    this.#refreshableAt.set(key, now + REFRESH_COOLDOWN_MS);
  }

  isRefused(key: string, now: number): boolean {
    return now < (this.#refusedUntil.get(key) ?? 0);
  }

  refuse(key: string, now: number): void {
    this.#refusedUntil.set(key, now + REFUSAL_TTL_MS);
  }

  isAccepted(key: string, now: number): boolean {
    return now < (this.#acceptedUntil.get(key) ?? 0);
  }

  accept(key: string, now: number): void {
    this.#acceptedUntil.set(key, now + ACCEPTANCE_TTL_MS);
  }

  /** The platform forgot the connection's session, though it may know the key. */
  unaccept(key: string): void {
    this.#acceptedUntil.delete(key);
  }
}
