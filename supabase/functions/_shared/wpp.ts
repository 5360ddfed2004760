import type { ConnectionStatus } from "./wpp/contract.ts";
import { AppError } from "./wpp/errors.ts";
import type { QrCode } from "./wpp/platform/qr.ts";
import {
  WppAccess,
  type WppAccessOptions,
  type WppConnection,
} from "./wpp/platform/token_source.ts";
import {
  answerError,
  callError,
  isSuccess,
  judgedError,
  sendError,
} from "./wpp/platform/errors.ts";
import {
  createAnswer,
  parseAnswer,
  qrAnswer,
  sendAnswer,
  statusAnswer,
  toConnectionStatus,
} from "./wpp/platform/answers.ts";
import { type PlatformAnswer, type PlatformCall, WppTransport } from "./wpp/platform/transport.ts";

const READ = { timeout: 8_000, attempts: 3 };
/** Never repeated once the request may have left. */
const WRITE = { timeout: 20_000, attempts: 1 };

export interface WppMsgClientOptions extends WppAccessOptions {
  /** The platform's base URL, without a trailing slash. */
  baseUrl: string;
  /** Ends every call but a shared exchange. */
  signal?: AbortSignal;
  /** Told of each HTTP request that goes out. */
  onRequest?: () => void;
}

/** What the platform hands out at creation. */
export interface CreatedClient {
  apiKey: string;
  session: string;
  status: ConnectionStatus;
}

/**
 * WPP Platform's API. Each method throws an `AppError`: `gateway_unreachable`, `gateway_timeout`,
 * `gateway_error`, `gateway_invalid_response`, `rate_limited`, and those that it names.
 */
export class WppMsgClient {
  readonly #transport: WppTransport;
  readonly #access: WppAccess;
  readonly #signal?: AbortSignal;

  constructor({ baseUrl, signal, onRequest, ...access }: WppMsgClientOptions) {
    this.#transport = new WppTransport(baseUrl, onRequest);
    this.#access = new WppAccess(this.#transport, access);
    this.#signal = signal;
  }

  /** Creates a client as the user whose Supabase JWT this is. Never repeated. */
  async create(userJwt: string, idempotencyKey: string): Promise<CreatedClient> {
    const answer = await this.#call({
      method: "POST",
      path: "/api/integrations/wpp/create",
      headers: { authorization: `Bearer ${userJwt}`, "idempotency-key": idempotencyKey },
      body: {},
      ...WRITE,
    });
    if (!isSuccess(answer)) throw answerError(answer);
    const { apiKey, session, status = "starting" } = parseAnswer(answer, createAnswer);
    return { apiKey, session, status: toConnectionStatus(status) };
  }

  /** The platform's access token for a connection. @throws AppError `reconnect_required` */
  getToken(connection: WppConnection): Promise<string> {
    return this.#access.token(connection);
  }

  /** The QR code to scan, or `undefined` while there is none. @throws AppError `reconnect_required` */
  async qr(connection: WppConnection): Promise<QrCode | undefined> {
    const answer = await this.#authorized(connection, {
      method: "GET",
      path: `/api/accounts/${encodeURIComponent(connection.session)}/qr`,
      ...READ,
    });
    if (answer.status === 404) return undefined;
    if (!isSuccess(answer)) throw answerError(answer);
    if (["", "null"].includes(answer.text.trim())) return undefined;
    return parseAnswer(answer, qrAnswer);
  }

  /**
   * The session's state, in our word and in the platform's own.
   *
   * @throws AppError `reconnect_required`, also when the platform does not know the session.
   */
  async status(
    connection: WppConnection,
  ): Promise<{ status: ConnectionStatus; providerStatus: string }> {
    const answer = await this.#authorized(connection, {
      method: "GET",
      path: `/api/accounts/${encodeURIComponent(connection.session)}/status`,
      ...READ,
    });
    if (answer.status === 404) throw new AppError("reconnect_required");
    if (!isSuccess(answer)) throw answerError(answer);
    const providerStatus = parseAnswer(answer, statusAnswer);
    return { status: toConnectionStatus(providerStatus), providerStatus };
  }

  /**
   * Hands a text to the platform, which queues it. Never repeated, but for a token that it refused.
   *
   * @param message `to` is the recipient in international digits, without `+`.
   * @throws AppError `not_connected`, `reconnect_required`; `delivery_unknown` when it may or may
   * not have been taken. Any other error means that it was not.
   */
  async sendText(
    connection: WppConnection,
    message: { to: string; text: string; idempotencyKey: string },
  ): Promise<{ taskId: string }> {
    const answer = await this.#authorized(connection, {
      method: "POST",
      path: "/api/messages/text",
      headers: { "idempotency-key": message.idempotencyKey },
      body: { account: connection.session, to: message.to, text: message.text },
      ...WRITE,
    }, sendError);
    if (answer.status === 409) throw new AppError("not_connected");
    try {
      if (!isSuccess(answer)) throw answerError(answer);
      return parseAnswer(answer, sendAnswer);
    } catch (error) {
      throw judgedError(error);
    }
  }

  /** Whether the platform no longer accepts this connection: refuses its key, or forgot its session. */
  async isRefused(connection: WppConnection): Promise<boolean> {
    if (await this.#access.isKeyRefused(connection)) return true;
    return await this.status(connection).then(() => false, (error) => {
      if (error instanceof AppError && error.code === "reconnect_required") return true;
      throw error;
    });
  }

  /**
   * Sends with the connection's token; a refused one is replaced once, and the call replayed once.
   * `mapError` sees errors of the call itself, not those of an exchange before it.
   */
  async #authorized(
    connection: WppConnection,
    call: PlatformCall,
    mapError?: (error: unknown) => unknown,
  ): Promise<PlatformAnswer> {
    const since = this.#access.mark();
    const token = await this.#access.token(connection);
    const answer = await this.#call(withToken(call, token), mapError);
    if (answer.status !== 401) return answer;
    const renewed = await this.#access.renew(connection, token, since);
    return await this.#call(withToken(call, renewed), mapError);
  }

  async #call(
    call: PlatformCall,
    mapError = (error: unknown) => error,
  ): Promise<PlatformAnswer> {
    try {
      return await this.#transport.call(call, this.#signal);
    } catch (error) {
      throw mapError(callError(error));
    }
  }
}

function withToken(call: PlatformCall, token: string): PlatformCall {
  return { ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } };
}
