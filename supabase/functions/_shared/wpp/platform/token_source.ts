import { AppError } from "../errors.ts";
import { inBackground } from "../lib/background.ts";
import { type AccessToken, isUsable, needsRefresh, type NewToken, storedToken } from "./token.ts";
import { TokenCache } from "./token_cache.ts";
import { exchangeApiKey } from "./token_exchange.ts";
import type { WppTransport } from "./transport.ts";

/** What is stored of a connection and its token. Times in milliseconds since the epoch. */
export interface WppConnection {
  id: string;
  session: string;
  apiKey: string;
  /** Handed out less than a minute ago, by the database's clock. */
  isNewKey: boolean;
  /** Changes with the apiKey. */
  credentialsId: string;
  accessToken: string | null;
  accessTokenExpiresAt: number | null;
}

export type TokenOrigin = "memory" | "row" | "exchange";

export interface TokenSourceOptions {
  cache?: TokenCache;
  /** Stores a new token with its connection. A failure costs another exchange later, no more. */
  saveToken?: (connection: WppConnection, token: NewToken) => Promise<unknown>;
  /** Called with where each token came from. */
  onToken?: (origin: TokenOrigin) => void;
}

/** Shared by all requests of an isolate. */
const isolateCache = new TokenCache();

/** Access tokens for connections: from memory, else from the row, else from an exchange. */
export class TokenSource {
  readonly #transport: WppTransport;
  readonly #options: TokenSourceOptions;
  readonly #cache: TokenCache;

  constructor(transport: WppTransport, options: TokenSourceOptions = {}) {
    this.#transport = transport;
    this.#options = options;
    this.#cache = options.cache ?? isolateCache;
  }

  /**
   * A token that may be sent now. From 120 s before its expiry it is refreshed in the background;
   * from 30 s before, it is refreshed first, and only if that fails used until it expires.
   *
   * @throws AppError `reconnect_required` when the platform refuses the key, or the exchange's error.
   */
  async token(connection: WppConnection): Promise<AccessToken> {
    const cacheKey = this.#cacheKey(connection);
    const now = Date.now();
    const { token, origin } = this.#stored(cacheKey, connection, now);
    if (!isUsable(token, now)) return await this.#refresh(cacheKey, connection, token);
    this.#options.onToken?.(origin);
    if (needsRefresh(token, now) && this.#cache.mayRefresh(cacheKey, performance.now())) {
      this.#cache.pauseRefresh(cacheKey, performance.now());
      inBackground(this.#exchange(cacheKey, connection));
    }
    return token;
  }

  /**
   * A token in place of one that the platform refused. Another request may have exchanged one
   * meanwhile: it is taken if it is of a later generation, since an older one may have been revoked
   * together with the refused one.
   */
  async renew(connection: WppConnection, refused: AccessToken): Promise<AccessToken> {
    const cacheKey = this.#cacheKey(connection);
    this.#cache.drop(cacheKey, refused);
    const cached = this.#cache.get(cacheKey);
    if (isUsable(cached, Date.now()) && cached.generation > refused.generation) return cached;
    return await this.#exchange(cacheKey, connection);
  }

  /** Whether the platform accepted the connection within the last 10 s, and has not refused it since. */
  isAccepted(connection: WppConnection): boolean {
    const [cacheKey, now] = [this.#cacheKey(connection), performance.now()];
    return this.#cache.isAccepted(cacheKey, now) && !this.#cache.isRefused(cacheKey, now);
  }

  /** Remembers whether the platform accepts the connection. */
  setAccepted(connection: WppConnection, accepted: boolean): void {
    const cacheKey = this.#cacheKey(connection);
    if (accepted) this.#cache.accept(cacheKey, performance.now());
    else this.#cache.unaccept(cacheKey);
  }

  /** By both: an apiKey that was refused may be handed out again, under credentials of another id. */
  #cacheKey({ id, credentialsId, apiKey }: WppConnection): string {
    return `${this.#transport.baseUrl} ${id} ${credentialsId} ${apiKey}`;
  }

  /**
   * Of the tokens in memory and in the row, the one that lives longer. Not one that was refused or
   * replaced: it stays in the row when its successor could not be stored.
   */
  #stored(cacheKey: string, connection: WppConnection, now: number) {
    const cached = this.#cache.get(cacheKey);
    const { accessToken: value, accessTokenExpiresAt: expiresAt } = connection;
    const isBetter = value !== null && expiresAt !== null &&
      expiresAt > (cached?.expiresAt ?? 0) && value !== cached?.value &&
      !this.#cache.isFormer(cacheKey, value);
    if (!isBetter) return { token: cached, origin: "memory" as const };
    const token = this.#cache.adopt(cacheKey, storedToken(value, expiresAt, now));
    return { token, origin: "row" as const };
  }

  async #refresh(
    cacheKey: string,
    connection: WppConnection,
    expiring?: AccessToken,
  ): Promise<AccessToken> {
    try {
      return await this.#exchange(cacheKey, connection);
    } catch (error) {
      const stillValid = expiring !== undefined && Date.now() < expiring.expiresAt;
      const isRefused = error instanceof AppError && error.code === "reconnect_required";
      if (stillValid && !isRefused) return expiring;
      throw error;
    }
  }

  #exchange(cacheKey: string, connection: WppConnection): Promise<AccessToken> {
    if (this.#cache.isRefused(cacheKey, performance.now())) {
      return Promise.reject(new AppError("reconnect_required"));
    }
    this.#options.onToken?.("exchange");
    return this.#cache.share(cacheKey, async () => {
      try {
        const { apiKey } = connection;
        const exchanged = await exchangeApiKey(
          this.#transport,
          apiKey,
          this.#mayBeUnknown(cacheKey, connection),
        );
        const token = this.#cache.add(cacheKey, exchanged);
        await this.#save(connection, token);
        return token;
      } catch (error) {
        const isRefused = error instanceof AppError && error.code === "reconnect_required";
        if (isRefused) this.#cache.refuse(cacheKey, performance.now());
        throw error;
      }
    });
  }

  /** A key that has worked once is known to the platform, however new it is. */
  #mayBeUnknown(cacheKey: string, { isNewKey, accessToken }: WppConnection): boolean {
    return isNewKey && accessToken === null && !this.#cache.hasExchanged(cacheKey);
  }

  async #save(connection: WppConnection, token: NewToken): Promise<void> {
    try {
      await this.#options.saveToken?.(connection, token);
    } catch {
      // The token is good all the same; other isolates make an exchange of their own.
    }
  }
}
