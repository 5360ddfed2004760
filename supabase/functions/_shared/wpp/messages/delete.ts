import type { WppMsgClient } from "../../wpp.ts";
import type { Connections } from "../connections/connections.ts";
import type { DeleteOutput } from "../contract/delete.ts";
import { AppError } from "../errors.ts";
import { type RegisterNeeds, registerWebhookIfDue } from "../connections/register_webhook.ts";
import { persist } from "../store/persist.ts";
import type { StoredMessages } from "./stored_messages.ts";

/** The response waits this long for the deletion to be noted: a repeated call then finds it. */
const SAVE_WAIT_MS = 8_000;

interface Needs extends RegisterNeeds {
  connections: Pick<Connections, "unseal">;
  storedMessages: Pick<StoredMessages, "find" | "markDeleted">;
  wpp: RegisterNeeds["wpp"] & Pick<WppMsgClient, "deleteMessage">;
  trace: { messageId?: string; warn(warning: string): void };
}

/**
 * Deletes a message that the organization sent, for everyone. What was deleted before is answered
 * likewise, and nothing is asked of the platform.
 *
 * @throws AppError `message_not_addressable` when the platform gave it no id that still holds;
 * `integration_not_found` when its connection was ended; what `StoredMessages.find` and
 * `WppMsgClient.deleteMessage` throw.
 */
export async function deleteMessage(
  messageId: string,
  context: Needs,
): Promise<DeleteOutput> {
  const { connections, storedMessages, wpp, trace } = context;
  trace.messageId = messageId;
  const { direction, deletedAt: deletedBefore, connection: row, taskId } = await storedMessages
    .find(messageId);
  if (direction === "out" && deletedBefore !== null) return { messageId, deletedAt: deletedBefore };
  // As segments of a path, dots would be read as a path of their own, not as an id.
  if (direction !== "out" || taskId === null || [".", ".."].includes(taskId)) {
    throw new AppError("message_not_addressable");
  }
  if (row === null) throw new AppError("integration_not_found");
  const connection = await connections.unseal(row);
  registerWebhookIfDue(connection, context);
  await wpp.deleteMessage(connection, taskId);
  const deletedAt = await persist(() => storedMessages.markDeleted(messageId), {
    waitMs: SAVE_WAIT_MS,
    onLost: () => trace.warn("deletion_not_saved"),
  });
  return { messageId, deletedAt };
}
