import { connectionRow, noOrganization } from "../connections/connection_row.ts";
import { z } from "../deps/zod.ts";
import { AppError, type ErrorCode, ERRORS } from "../errors.ts";

/** Says that an answer is an earlier one's, for the same idempotency key. */
export const REPLAYED = { "idempotency-replayed": "true" };

const messageRow = z.object({
  id: z.string(),
  attempt: z.number(),
  session: z.string(),
  chat_id: z.string(),
  recipient: z.string(),
  status: z.enum(["sending", "accepted", "failed", "unknown"]),
  task_id: z.string().nullable(),
  error_code: z.string().nullable(),
});

/** What `messenger_begin_send` answers. */
export const beginAnswer = z.discriminatedUnion("outcome", [
  noOrganization,
  z.object({
    outcome: z.literal("begun"),
    organization: z.string(),
    message: messageRow,
    address: z.string(),
    media: z.object({
      path: z.string(),
      size: z.number().nullable(),
      mimetype: z.string().nullable(),
    }).nullable(),
    integration: connectionRow,
  }),
  z.object({ outcome: z.literal("finished"), organization: z.string(), message: messageRow }),
  z.object({
    outcome: z.enum([
      "not_found",
      "chat_not_found",
      "not_addressable",
      "media_not_found",
      "in_progress",
      "reused",
    ]),
    organization: z.string(),
  }),
]);

/** A send whose message was accepted before. */
export interface AcceptedSend {
  state: "accepted";
  messageId: string;
  chatId: string;
  taskId: string;
  session: string;
  to: string;
}

/** The outcome of an earlier send with the same key. @throws AppError what that one ended with */
export function replay(message: z.output<typeof messageRow>): AcceptedSend {
  if (message.status === "accepted" && message.task_id !== null) {
    return {
      state: "accepted",
      messageId: message.id,
      chatId: message.chat_id,
      taskId: message.task_id,
      session: message.session,
      to: message.recipient,
    };
  }
  const code = message.error_code ?? "";
  throw new AppError(Object.hasOwn(ERRORS, code) ? code as ErrorCode : "delivery_unknown", {
    retryable: false,
    headers: REPLAYED,
  });
}
