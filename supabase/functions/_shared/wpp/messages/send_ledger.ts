import { z } from "zod";
import type { Caller } from "../auth/caller.ts";
import type { Database } from "../store/database.ts";
import { AppError, type ErrorCode, ERRORS } from "../errors.ts";
import { type IntegrationRow, integrationRow } from "../connections/connection_row.ts";
import { sha256 } from "../lib/sha256.ts";

/** Seconds after which a send that was not closed counts as dead: longer than a request may last. */
const ATTEMPT_SECONDS = 60;

/** Says that an answer is an earlier one's, for the same idempotency key. */
export const REPLAYED = { "idempotency-replayed": "true" };

const messageRow = z.object({
  id: z.string(),
  attempt: z.number(),
  session: z.string(),
  status: z.enum(["sending", "accepted", "failed", "unknown"]),
  task_id: z.string().nullable(),
  error_code: z.string().nullable(),
});

const openAnswer = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("opened"), message: messageRow, integration: integrationRow }),
  z.object({ outcome: z.literal("finished"), message: messageRow }),
  z.object({ outcome: z.enum(["not_found", "in_progress", "reused"]) }),
]);

export interface OutgoingMessage {
  /** The recipient in E.164 form. */
  to: string;
  text: string;
  /** Left out: the organization's primary connection. */
  session?: string;
  idempotencyKey?: string;
}

/** A send whose ledger row says `sending`, until it is closed. */
export interface OpenMessage {
  id: string;
  attempt: number;
}

export type OpenOutcome =
  | { state: "opened"; message: OpenMessage; integration: IntegrationRow }
  | { state: "accepted"; messageId: string; taskId: string; session: string };

/** The send ledger, `messenger_messages`, for one caller's organization. */
export class Messages {
  constructor(private readonly database: Database, private readonly caller: Caller) {}

  /**
   * Looks the connection up and opens a row for this send, or finds what became of an earlier one
   * with the same idempotency key: in one round trip.
   *
   * @throws AppError `integration_not_found`, `idempotency_in_progress`, `idempotency_key_reused`,
   * or the error that the earlier send ended with.
   */
  async open({ to, text, session, idempotencyKey }: OutgoingMessage): Promise<OpenOutcome> {
    const fingerprint = sha256(JSON.stringify([session ?? null, to, text]));
    const data = await this.database.run((client) =>
      client.rpc("messenger_open_message", {
        p_organization_id: this.caller.organizationId,
        p_created_by: this.caller.userId,
        p_session: session ?? null,
        p_recipient: to,
        p_text: text,
        p_idempotency_key: idempotencyKey ?? null,
        p_request_fingerprint: fingerprint,
        p_attempt_seconds: ATTEMPT_SECONDS,
      })
    );
    const answer = openAnswer.parse(data);
    switch (answer.outcome) {
      case "opened":
        return { state: "opened", message: answer.message, integration: answer.integration };
      case "finished":
        return replay(answer.message);
      case "not_found":
        throw new AppError("integration_not_found");
      case "in_progress":
        throw new AppError("idempotency_in_progress", { retryAfter: 2 });
      case "reused":
        throw new AppError("idempotency_key_reused");
    }
  }

  /** Closes a row: the platform has taken the message. So it says, even if it was given up meanwhile. */
  async accept(message: OpenMessage, taskId: string): Promise<void> {
    await this.#close(message, { status: "accepted", task_id: taskId, error_code: null });
  }

  /** Closes a row whose send failed; its key may try again if the reason may pass. */
  async fail(message: OpenMessage, error: AppError): Promise<void> {
    const isUnknown = error.code === "delivery_unknown";
    await this.#close(message, {
      status: isUnknown ? "unknown" : "failed",
      error_code: error.code,
      retryable: !isUnknown && mayTryAgain(error),
    });
  }

  /** Writes only where the row is still this attempt's, so that it may safely be repeated. */
  async #close({ id, attempt }: OpenMessage, outcome: Record<string, unknown>): Promise<void> {
    await this.database.detached().run((client) =>
      client.from("messenger_messages").update(outcome).eq("id", id).eq("attempt", attempt)
    );
  }
}

/** What the platform has judged and would judge the same again is settled. */
function mayTryAgain(error: AppError): boolean {
  return !error.judged || error.retryable;
}

/** What an earlier send with the same key came to. */
function replay(message: z.output<typeof messageRow>): OpenOutcome {
  if (message.status === "accepted" && message.task_id !== null) {
    return {
      state: "accepted",
      messageId: message.id,
      taskId: message.task_id,
      session: message.session,
    };
  }
  const code = message.error_code ?? "";
  throw new AppError(Object.hasOwn(ERRORS, code) ? code as ErrorCode : "delivery_unknown", {
    retryable: false,
    headers: REPLAYED,
  });
}
