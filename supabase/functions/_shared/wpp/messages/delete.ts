import type { WppMsgClient } from "../../wpp.ts";
import type { Connections } from "../connections/connections.ts";
import type { DeleteOutput } from "../contract.ts";
import { persist } from "../store/persist.ts";
import type { SentMessages } from "./sent_messages.ts";

/** Noting a deletion is repeated this long, also after the response. */
const SAVE_RETRY_MS = 90_000;
/** The response waits this long for it; a repeated call then finds the message deleted. */
const SAVE_WAIT_MS = 8_000;

interface Needs {
  connections: Pick<Connections, "unseal">;
  sentMessages: Pick<SentMessages, "find" | "markDeleted">;
  wpp: Pick<WppMsgClient, "deleteMessage">;
  trace: { messageId?: string; warn(warning: string): void };
}

/**
 * Deletes a message that the organization sent, for everyone. What was deleted before is answered
 * likewise, and nothing is asked of the platform.
 *
 * @throws AppError what `SentMessages.find` and `WppMsgClient.deleteMessage` throw.
 */
export async function deleteMessage(
  messageId: string,
  { connections, sentMessages, wpp, trace }: Needs,
): Promise<DeleteOutput> {
  trace.messageId = messageId;
  const found = await sentMessages.find(messageId);
  if (found.deletedAt !== undefined) return { messageId, deletedAt: found.deletedAt };
  await wpp.deleteMessage(await connections.unseal(found.connection), found.taskId);
  const deletedAt = await persist(() => sentMessages.markDeleted(messageId), {
    retryForMs: SAVE_RETRY_MS,
    waitMs: SAVE_WAIT_MS,
    onLost: () => trace.warn("deletion_not_saved"),
  });
  return { messageId, deletedAt };
}
