import { inBackground } from "../lib/background.ts";
import { isTimeout, sleep, withDeadline } from "../lib/deadline.ts";
import { AppError } from "../errors.ts";
import { sha256 } from "../lib/sha256.ts";
import { answerError, callError, isSuccess } from "./errors.ts";
import { parseAnswer, tokenAnswer } from "./answers.ts";
import {
  type AccessToken,
  accessToken,
  isDue,
  isUsable,
  storedToken,
  TokenCache,
} from "./token.ts";
import { type PlatformAnswer, type WppTransport } from "./transport.ts";

const EXCHANGE_TIMEOUT = 5_000;
const EXCHANGE_ATTEMPTS = 3;
/** Milliseconds after creation in which the platform may not know a key yet, and the waits then. */
const NEW_KEY_AGE = 60_000;
const NEW_KEY_WAITS = [250, 500, 1_000, 2_000];

/** What is stored of a connection and its token. Times in milliseconds since the epoch. */
export interface WppConnection {
  id: string;
  session: string;
  apiKey: string;
  apiKeyIssuedAt: number | null;
  /** Changes with the apiKey. */
  claimId: string | null;
  accessToken: string | null;
  accessTokenExpiresAt: number | null;
}

export type TokenOrigin = "memory" | "row" | "exchange";

export interface WppAccessOptions {
  cache?: TokenCache;
  /** Stores a new token with the connection. A failure costs another exchange later, no more. */
  saveToken?: (connection: WppConnection, token: AccessToken) => Promise<unknown>;
  /** Told where each token came from. */
  onToken?: (origin: TokenOrigin) => void;
}

/** Shared by all requests of an isolate. */
const isolateCache = new TokenCache();

/** Access tokens for connections: from memory, else from the row, else from an exchange. */
export class WppAccess {
  readonly #transport: WppTransport;
  readonly #options: WppAccessOptions;
  readonly #cache: TokenCache;

  constructor(transport: WppTransport, options: WppAccessOptions = {}) {
    this.#transport = transport;
    this.#options = options;
    this.#cache = options.cache ?? isolateCache;
  }

  /**
   * A token that may be sent now. One that ends soon is renewed beside the call; one that is about
   * to end, before it, unless that fails while it lasts.
   *
   * @throws AppError `reconnect_required` when the platform refuses the key, or the exchange's error.
   */
  async token(connection: WppConnection): Promise<string> {
    const key = this.#key(connection);
    const now = Date.now();
    const { token, origin } = this.#known(key, connection, now);
    if (!isUsable(token, now)) return await this.#replace(key, connection, token);
    this.#options.onToken?.(origin);
    if (isDue(token, now) && this.#cache.mayRefresh(key, now)) {
      this.#cache.pauseRefresh(key, now);
      inBackground(this.#exchange(key, connection));
    }
    return token.value;
  }

  /** Now, for `renew` to tell tokens got since from those that are older. */
  mark(): number {
    return this.#cache.made;
  }

  /**
   * A token in place of one that the platform refused: that which others have got since the call
   * began, else a new one. An older one of memory may have been revoked with it.
   */
  async renew(connection: WppConnection, refused: string, since: number): Promise<string> {
    const key = this.#key(connection);
    this.#cache.drop(key, refused);
    const other = this.#cache.madeSince(key, since);
    if (isUsable(other, Date.now())) return other.value;
    return (await this.#exchange(key, connection)).value;
  }

  /** Whether the platform refuses the connection's key now; asks it. */
  async isKeyRefused(connection: WppConnection): Promise<boolean> {
    try {
      await this.#exchange(this.#key(connection), connection);
      return false;
    } catch (error) {
      if (error instanceof AppError && error.code === "reconnect_required") return true;
      throw error;
    }
  }

  #key({ id, apiKey }: WppConnection): string {
    return `${this.#transport.baseUrl} ${id} ${sha256(apiKey)}`;
  }

  /** The token that lives longest, of memory's and the row's. */
  #known(key: string, connection: WppConnection, now: number) {
    const token = this.#cache.get(key);
    const { accessToken: value, accessTokenExpiresAt: expiresAt } = connection;
    if (value === null || expiresAt === null || expiresAt <= (token?.expiresAt ?? 0)) {
      return { token, origin: "memory" as const };
    }
    const stored = storedToken(value, expiresAt, now);
    if (isUsable(stored, now)) this.#cache.set(key, stored);
    return { token: stored, origin: "row" as const };
  }

  async #replace(key: string, connection: WppConnection, ending?: AccessToken): Promise<string> {
    try {
      return (await this.#exchange(key, connection)).value;
    } catch (error) {
      const stillValid = ending !== undefined && Date.now() < ending.expiresAt;
      const isRefused = error instanceof AppError && error.code === "reconnect_required";
      if (stillValid && !isRefused) return ending.value;
      throw error;
    }
  }

  #exchange(key: string, connection: WppConnection): Promise<AccessToken> {
    if (this.#cache.isRefused(key, Date.now())) {
      return Promise.reject(new AppError("reconnect_required"));
    }
    this.#options.onToken?.("exchange");
    return this.#cache.share(key, async () => {
      const answer = await this.#askForToken(connection);
      if (answer.status === 401) {
        this.#cache.refuse(key, Date.now());
        throw new AppError("reconnect_required");
      }
      if (!isSuccess(answer)) throw answerError(answer);
      const { token: value, expiresIn } = parseAnswer(answer, tokenAnswer);
      const token = accessToken(value, Date.now(), expiresIn);
      this.#cache.set(key, token);
      await this.#save(connection, token);
      return token;
    });
  }

  async #save(connection: WppConnection, token: AccessToken): Promise<void> {
    try {
      await this.#options.saveToken?.(connection, token);
    } catch {
      // The token is good all the same; other isolates make an exchange of their own.
    }
  }

  /** Bound to no caller's signal: the result is shared. */
  async #askForToken({ apiKey, apiKeyIssuedAt }: WppConnection): Promise<PlatformAnswer> {
    const isNew = apiKeyIssuedAt !== null && Date.now() - apiKeyIssuedAt < NEW_KEY_AGE;
    const ask = (signal?: AbortSignal) =>
      this.#transport.call({
        method: "POST",
        path: "/auth/token",
        body: { apiKey },
        timeout: EXCHANGE_TIMEOUT,
        attempts: EXCHANGE_ATTEMPTS,
      }, signal);
    try {
      if (!isNew) return await ask();
      return await withDeadline(EXCHANGE_TIMEOUT, undefined, (signal) => askNew(ask, signal));
    } catch (error) {
      throw isTimeout(error) ? new AppError("gateway_timeout", { cause: error }) : callError(error);
    }
  }
}

/** Asks again while the platform does not know a key that it has just handed out. */
async function askNew(
  ask: (signal: AbortSignal) => Promise<PlatformAnswer>,
  signal: AbortSignal,
): Promise<PlatformAnswer> {
  for (let attempt = 0;; attempt++) {
    const answer = await ask(signal);
    if (answer.status !== 401 && answer.status !== 404) return answer;
    if (attempt === NEW_KEY_WAITS.length) {
      throw new AppError("gateway_error", {
        message: "WPP Platform has not activated the new connection yet. Try again shortly.",
        retryable: true,
        retryAfter: 2,
      });
    }
    await sleep(NEW_KEY_WAITS[attempt], signal);
  }
}
