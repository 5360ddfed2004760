import type { WppMsgClient } from "../../wpp.ts";
import type { Connections } from "../connections/connections.ts";
import { type RegisterNeeds, registerWebhookIfDue } from "../connections/register_webhook.ts";
import type { ReactInput, ReactOutput } from "../contract/react.ts";
import { AppError } from "../errors.ts";
import { persist } from "../store/persist.ts";
import type { StoredMessages } from "./stored_messages.ts";

/** The response waits this long for the reaction to be noted, and then goes out anyway: WhatsApp has it. */
const SAVE_WAIT_MS = 1_500;

interface Needs extends RegisterNeeds {
  connections: Pick<Connections, "unseal">;
  storedMessages: Pick<StoredMessages, "find" | "markReaction">;
  wpp: RegisterNeeds["wpp"] & Pick<WppMsgClient, "react">;
  trace: { messageId?: string; warn(warning: string): void };
}

/**
 * Reacts to a message of either direction.
 *
 * @throws AppError `message_not_addressable` when its id at WhatsApp or the number of its chat is not
 * known; `integration_not_found` when its connection was ended; what `StoredMessages.find` and
 * `WppMsgClient.react` throw.
 */
export async function react(
  { messageId, emoji }: ReactInput,
  context: Needs,
): Promise<ReactOutput> {
  const { connections, storedMessages, wpp, trace } = context;
  trace.messageId = messageId;
  const { deletedAt, connection: row, phone: to, messageRef } = await storedMessages
    .find(messageId);
  if (row === null) throw new AppError("integration_not_found");
  if (deletedAt !== null || to === null || messageRef === null) {
    throw new AppError("message_not_addressable");
  }
  const connection = await connections.unseal(row);
  registerWebhookIfDue(connection, context);
  await wpp.react(connection, { to, messageRef, emoji });
  await persist(() => storedMessages.markReaction(messageId, emoji), {
    waitMs: SAVE_WAIT_MS,
    onLost: () => trace.warn("reaction_not_saved"),
  }).catch(() => {}); // onLost reports it
  return { messageId, emoji };
}
