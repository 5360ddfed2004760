import type { ConnectionRow } from "../connections/connection_row.ts";
import { AppError } from "../errors.ts";
import { sha256 } from "../lib/sha256.ts";
import type { Database } from "../store/database.ts";
import { persist } from "../store/persist.ts";
import type { Tenant } from "../store/tenant.ts";
import { type AcceptedSend, beginAnswer, replay } from "./begin_answer.ts";
import type { MediaFacts, OutgoingMedia, StoredObject } from "./outgoing_media.ts";

/** A send that was not closed by then counts as dead: longer than a request may last. */
const ATTEMPT_LIFETIME_S = 60;

/** How often a begin is asked for whose answer is lost. */
const BEGIN_ATTEMPTS = 2;

const CHAT_WITHOUT_NUMBER =
  "This chat has no phone number that a message could be sent to: it is a group, or its contact " +
  "hides the number.";

/** A number in E.164 form, or the id of a chat. */
export type Recipient = { to: string } | { chatId: string };

export interface OutgoingMessage {
  recipient: Recipient;
  /** With media its caption; one of the two is there. */
  text?: string;
  media?: OutgoingMedia;
  /** Left out: the organization's primary connection. */
  session?: string;
  idempotencyKey?: string;
}

/** One attempt at a send. */
export interface Attempt {
  id: string;
  attempt: number;
}

/** A send whose row says `sending`, until it is closed. */
export interface OpenSend extends Attempt {
  chatId: string;
  /** The recipient in E.164 form. */
  to: string;
  /** The same as WhatsApp last spelled it. */
  address: string;
}

export interface BegunSend {
  state: "begun";
  send: OpenSend;
  connection: ConnectionRow;
  /** The file to send, where the message names one by its path. */
  object: StoredObject | null;
}

export type BeginOutcome = BegunSend | AcceptedSend;

/** A tenant's send ledger: what it sent, in `messenger_messages` and `messenger_sends`. */
export class SendLedger {
  readonly #database: Database;
  readonly #tenant: Tenant;
  readonly #requestId: string;

  /** The request's id is kept with each row, so that its log line can be found. */
  constructor({ database, tenant, trace }: {
    database: Database;
    tenant: Tenant;
    trace: { requestId: string };
  }) {
    this.#database = database;
    this.#tenant = tenant;
    this.#requestId = trace.requestId;
  }

  /**
   * Finds the connection and begins a row for this send, or finds the outcome of an earlier one with
   * the same idempotency key: in one round trip. A begin whose answer is lost is asked for again under
   * the same attempt id, by which it finds its own row: nothing has been sent yet.
   *
   * @throws AppError `no_organization`, `integration_not_found`, `chat_not_found`,
   * `message_not_addressable` for a chat without a phone number, `media_not_found` for a path that is
   * not in the organization's folder, `idempotency_in_progress`,
   * `idempotency_key_reused`, or the error that the earlier send ended with.
   */
  async begin(message: OutgoingMessage): Promise<BeginOutcome> {
    const data = await this.#askToBegin(message);
    const answer = this.#tenant.check(beginAnswer.parse(data));
    switch (answer.outcome) {
      case "begun": {
        const { id, attempt, chat_id: chatId, recipient: to } = answer.message;
        const send = { id, attempt, chatId, to, address: answer.address };
        return { state: "begun", send, connection: answer.integration, object: answer.media };
      }
      case "finished":
        return replay(answer.message);
      case "not_found":
        throw new AppError("integration_not_found");
      case "chat_not_found":
        throw new AppError("chat_not_found");
      case "not_addressable":
        throw new AppError("message_not_addressable", { message: CHAT_WITHOUT_NUMBER });
      case "media_not_found":
        throw new AppError("media_not_found");
      case "in_progress":
        throw new AppError("idempotency_in_progress", { retryAfter: 2 });
      case "reused":
        throw new AppError("idempotency_key_reused");
    }
  }

  async #askToBegin(
    { recipient, text, media, session, idempotencyKey }: OutgoingMessage,
  ): Promise<unknown> {
    const to = "to" in recipient ? recipient.to : null;
    const chatId = "chatId" in recipient ? recipient.chatId : null;
    const attemptId = crypto.randomUUID();
    const parameters = {
      ...this.#tenant.parameters,
      p_session: session ?? null,
      p_chat_id: chatId,
      p_recipient: to,
      p_text: text ?? null,
      p_media: media === undefined ? null : JSON.stringify(media),
      p_idempotency_key: idempotencyKey ?? null,
      p_request_fingerprint: sha256(JSON.stringify(
        [session ?? null, to ?? { chatId }, text ?? null, ...(media === undefined ? [] : [media])],
      )),
      p_attempt_id: attemptId,
      p_request_id: this.#requestId,
      p_attempt_seconds: ATTEMPT_LIFETIME_S,
    };
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#database.call("messenger_begin_send", parameters);
      } catch (error) {
        const isLost = error instanceof AppError && error.code === "database_unavailable";
        if (isLost && attempt < BEGIN_ATTEMPTS) continue;
        if (isLost) this.#abandon(attemptId);
        throw error;
      }
    }
  }

  /** The row may be there all the same: it is closed, so that its key may try again at once. */
  #abandon(attemptId: string): void {
    const write = async () =>
      void await this.#database.detached().call("messenger_abandon_attempt", {
        p_attempt_id: attemptId,
      });
    persist(write, { waitMs: 0, onLost: () => {} })
      .catch(() => {}); // nobody waits for it; should it be lost, the attempt's lifetime ends the row
  }

  /**
   * Closes a row: the platform has taken the message. Also overwrites `unknown`: the platform's
   * acceptance is the truth.
   */
  async accept(send: Attempt, taskId: string, media?: MediaFacts): Promise<void> {
    await this.#close(send, media, { p_status: "accepted", p_task_id: taskId });
  }

  /** Closes a row whose send failed; the same key may try again unless the refusal is final. */
  async fail(send: Attempt, error: AppError, media?: MediaFacts): Promise<void> {
    const isUnknown = error.code === "delivery_unknown";
    await this.#close(send, media, {
      p_status: isUnknown ? "unknown" : "failed",
      p_error_code: error.code,
      p_retryable: !isUnknown && !isFinal(error),
    });
  }

  /** Writes only where the row is still this attempt's, so that it may safely be repeated. */
  async #close(
    { id, attempt }: Attempt,
    media: MediaFacts | undefined,
    outcome: Record<string, unknown>,
  ): Promise<void> {
    await this.#database.detached().call("messenger_close_send", {
      p_message_id: id,
      p_attempt: attempt,
      p_task_id: null,
      p_error_code: null,
      p_retryable: false,
      p_media: media === undefined ? null : JSON.stringify(media),
      ...outcome,
    });
  }
}

/** A refusal that would repeat is final; everything else may be retried under the same key. */
function isFinal(error: AppError): boolean {
  return error.effect === "refused" && !error.retryable;
}
