import type { ConnectionStatus } from "./wpp/contract/fields.ts";
import { AppError } from "./wpp/errors.ts";
import {
  createAnswer,
  parseAnswer,
  requireSuccess,
  sendAnswer,
  statusAnswer,
  toConnectionStatus,
} from "./wpp/platform/answers.ts";
import { download } from "./wpp/platform/download.ts";
import { answerError, callError, isSuccess } from "./wpp/platform/errors.ts";
import type { QrCode } from "./wpp/platform/qr.ts";
import type { AccessToken } from "./wpp/platform/token.ts";
import {
  TokenSource,
  type TokenSourceOptions,
  type WppConnection,
} from "./wpp/platform/token_source.ts";
import { type PlatformAnswer, type PlatformCall, WppTransport } from "./wpp/platform/transport.ts";

/** Only QR codes need the library that draws them. */
const forQr = () => import("./wpp/platform/qr_answer.ts");

const READ = { timeoutMs: 8_000, maxAttempts: 3 };
/** Never repeated once the request may have left. */
const WRITE = { timeoutMs: 20_000, maxAttempts: 1 };

export interface WppMsgClientOptions extends TokenSourceOptions {
  /** The platform's base URL, without a trailing slash. */
  baseUrl: string;
  /** Ends every call but a shared exchange. */
  signal?: AbortSignal;
  /** Called for each HTTP request that goes out. */
  onRequest?: () => void;
}

/** What an account is created with. */
export type Creator =
  /** The Supabase JWT of a user, whose organization the platform then finds by itself. */
  | { userJwt: string }
  /** The secret shared with the platform, and what it is to know as the organization. */
  | { secret: string; identity: string };

/** What the platform hands out at creation. */
export interface CreatedAccount {
  apiKey: string;
  session: string;
  status: ConnectionStatus;
}

/**
 * WPP Platform's API (docs/platform.md). Each method throws an `AppError`: `gateway_unreachable`,
 * `gateway_timeout`, `gateway_error`, `gateway_invalid_response`, `rate_limited`, and those that it
 * names. Its `effect` says what the call may have done.
 */
export class WppMsgClient {
  readonly #transport: WppTransport;
  readonly #tokens: TokenSource;
  readonly #signal?: AbortSignal;

  constructor({ baseUrl, signal, onRequest, ...tokens }: WppMsgClientOptions) {
    this.#transport = new WppTransport(baseUrl, onRequest);
    this.#tokens = new TokenSource(this.#transport, tokens);
    this.#signal = signal;
  }

  /**
   * Creates an account. Never repeated.
   *
   * @throws AppError `misconfigured` when the platform refuses the secret.
   */
  async create(creator: Creator, idempotencyKey: string): Promise<CreatedAccount> {
    const usesSecret = "secret" in creator;
    const bearer = usesSecret ? creator.secret : creator.userJwt;
    const answer = await this.#call({
      method: "POST",
      path: "/api/integrations/wpp/create",
      headers: { authorization: `Bearer ${bearer}`, "idempotency-key": idempotencyKey },
      body: usesSecret ? { organizationId: creator.identity } : {},
      ...WRITE,
    });
    if (usesSecret && [401, 403].includes(answer.status)) {
      throw new AppError("misconfigured", {
        message: "WPP Platform refuses WPP_SECRET: it must be the secret that is shared with it.",
        effect: "refused",
      });
    }
    if (!isSuccess(answer)) throw answerError(answer);
    const { apiKey, session, status = "starting" } = parseAnswer(answer, createAnswer);
    return { apiKey, session, status: toConnectionStatus(status) };
  }

  /**
   * The platform's access token for a connection, for code that makes calls of its own.
   *
   * @throws AppError `reconnect_required`
   */
  async getToken(connection: WppConnection): Promise<string> {
    return (await this.#tokens.token(connection)).value;
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
    const { qrAnswer } = await forQr();
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
    if (answer.status === 404) {
      this.#tokens.setAccepted(connection, false);
      throw new AppError("reconnect_required");
    }
    if (!isSuccess(answer)) throw answerError(answer);
    const providerStatus = parseAnswer(answer, statusAnswer);
    return { status: toConnectionStatus(providerStatus), providerStatus };
  }

  /**
   * Hands a text to the platform, which queues it. Never repeated, but for a token that it refused.
   *
   * @param message `to` is the recipient in E.164 form.
   * @throws AppError `not_connected`, `reconnect_required`; `delivery_unknown` when it may or may
   * not have been taken. Any other error means that it was not.
   */
  async sendText(
    connection: WppConnection,
    message: { to: string; text: string; idempotencyKey: string },
  ): Promise<{ taskId: string }> {
    const { to, text, idempotencyKey } = message;
    return await this.#send(connection, "text", { to, text }, idempotencyKey);
  }

  /**
   * Hands a file to the platform, which fetches it and queues it. Never repeated, as `sendText`.
   *
   * @param message `to` is the recipient in E.164 form, `url` a link that the platform can fetch;
   * pictures alone have a caption.
   * @throws AppError as `sendText` does.
   */
  async sendMedia(
    connection: WppConnection,
    message: {
      to: string;
      kind: string;
      url: string;
      filename: string;
      caption?: string;
      idempotencyKey: string;
    },
  ): Promise<{ taskId: string }> {
    const { to, kind, url, filename, caption, idempotencyKey } = message;
    return kind === "image"
      ? await this.#send(connection, "image", { to, url, caption }, idempotencyKey)
      : await this.#send(connection, "file", { to, url, filename }, idempotencyKey);
  }

  async #send(
    connection: WppConnection,
    type: "text" | "image" | "file",
    message: { to: string } & Record<string, string | undefined>,
    idempotencyKey: string,
  ): Promise<{ taskId: string }> {
    try {
      const answer = await this.#authorized(connection, {
        method: "POST",
        path: `/api/messages/${type}`,
        headers: { "idempotency-key": idempotencyKey },
        body: {
          type,
          account: connection.session,
          ...message,
          to: message.to.replace(/^\+/, ""), // the platform wants no plus sign
        },
        ...WRITE,
      });
      if (answer.status === 409) throw new AppError("not_connected");
      if (!isSuccess(answer)) throw answerError(answer);
      return parseAnswer(answer, sendAnswer);
    } catch (error) {
      if (!(error instanceof AppError) || error.effect !== "unknown") throw error;
      throw new AppError("delivery_unknown", { cause: error, effect: "unknown" });
    }
  }

  /**
   * A file that the platform tells the address of. The token goes along only where it is asked for.
   *
   * @param connection Without one, only what needs no token.
   * @param url Of the platform's own origin.
   * @throws AppError `gateway_error`, with a `BodyTooLargeError` as its cause for more than 25 MiB.
   */
  async download(connection: WppConnection | undefined, url: string): Promise<Uint8Array> {
    if (!this.isOwn(url)) throw new AppError("gateway_error");
    try {
      let answer = await download(url, undefined, this.#signal);
      if ("status" in answer && answer.status === 401 && connection) {
        const token = await this.#tokens.token(connection);
        answer = await download(url, token.value, this.#signal);
      }
      if ("bytes" in answer) return answer.bytes;
    } catch (cause) {
      throw cause instanceof AppError ? cause : new AppError("gateway_error", { cause });
    }
    throw new AppError("gateway_error", { effect: "refused" });
  }

  /** Whether an address is of the platform's own origin. */
  isOwn(url: string): boolean {
    return URL.parse(url)?.origin === new URL(this.#transport.baseUrl).origin;
  }

  /**
   * Asks the platform to start a session. What it answers means nothing, and it may answer late.
   *
   * @returns Whether the platform knows that call.
   */
  async start(connection: WppConnection): Promise<boolean> {
    const { status } = await this.#authorized(connection, {
      method: "POST",
      path: "/api/accounts/start",
      body: { number: connection.session },
      ...WRITE,
    });
    return status !== 404;
  }

  /**
   * Stops a session. One that the platform does not know is stopped.
   *
   * @throws AppError `reconnect_required` when the platform refuses the key; `gateway_error`, also where
   * it says that it failed, in spite of the HTTP status.
   */
  async stop(connection: WppConnection): Promise<void> {
    const answer = await this.#authorized(connection, {
      method: "POST",
      path: `/internal/session/${encodeURIComponent(connection.session)}/stop`,
      ...WRITE,
    });
    if (answer.status === 404) return;
    requireSuccess(answer);
  }

  /**
   * Tells the platform where to post what comes in. It may forget it, so it is told again often.
   *
   * @returns Whether the platform knows that call.
   */
  async registerWebhook(connection: WppConnection, url: string): Promise<boolean> {
    const answer = await this.#authorized(connection, {
      method: "POST",
      path: `/internal/session/${encodeURIComponent(connection.session)}/webhook`,
      body: { url },
      ...WRITE,
    });
    if (answer.status === 404) return false;
    requireSuccess(answer);
    return true;
  }

  /**
   * Reacts to a message.
   *
   * @param reaction `to` is the chat's number in E.164 form, `messageRef` WhatsApp's id of the message
   * as the platform wrote it; an empty `emoji` takes the reaction back, where the platform can.
   */
  async react(
    connection: WppConnection,
    { to, messageRef, emoji }: { to: string; messageRef: string; emoji: string },
  ): Promise<void> {
    const answer = await this.#authorized(connection, {
      method: "POST",
      path: "/api/messages/react",
      body: { to, waMessageId: messageRef, emoji }, // here, unlike in sends, with the plus sign
      ...WRITE,
    });
    requireSuccess(answer);
  }

  /**
   * Deletes a message for everyone. One that the platform does not know is deleted; but a 404 may mean
   * the session as well, so that is asked for.
   *
   * @throws AppError `reconnect_required`, also when the platform does not know the session.
   */
  async deleteMessage(connection: WppConnection, taskId: string): Promise<void> {
    const answer = await this.#authorized(connection, {
      method: "DELETE",
      path: `/api/messages/${encodeURIComponent(taskId)}`,
      ...WRITE,
    });
    if (answer.status === 404) await this.status(connection);
    else requireSuccess(answer);
  }

  /**
   * Whether the platform no longer accepts this connection: refuses its key, or forgot its session.
   * A status that it answers is proof enough that it does, for the next 10 s too.
   */
  async isRefused(connection: WppConnection): Promise<boolean> {
    if (this.#tokens.isAccepted(connection)) return false;
    try {
      await this.status(connection);
    } catch (error) {
      if (error instanceof AppError && error.code === "reconnect_required") return true;
      throw error;
    }
    this.#tokens.setAccepted(connection, true);
    return false;
  }

  /** Calls with the connection's token; a refused one is replaced once, and the call repeated once. */
  async #authorized(connection: WppConnection, call: PlatformCall): Promise<PlatformAnswer> {
    const token = await this.#tokens.token(connection);
    const answer = await this.#call(withToken(call, token));
    if (answer.status !== 401) return answer;
    const renewed = await this.#tokens.renew(connection, token);
    return await this.#call(withToken(call, renewed));
  }

  async #call(call: PlatformCall): Promise<PlatformAnswer> {
    try {
      return await this.#transport.call(call, this.#signal);
    } catch (error) {
      throw callError(error);
    }
  }
}

function withToken(call: PlatformCall, token: AccessToken): PlatformCall {
  return { ...call, headers: { ...call.headers, authorization: `Bearer ${token.value}` } };
}
