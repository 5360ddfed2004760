import type { InboxMessage } from "./inbox_snapshot.ts";
import type { Chat, Message } from "./rows.ts";

/** What is sent. */
export interface SendContent {
  text?: string | undefined;
  session?: string | undefined;
  kind?: Message["kind"];
  media?: Message["media"];
}

/** What is known when a message is sent. */
export interface SendContext {
  chatId: string;
  chat: Chat | null;
  /** `""` where it is not known. */
  user: string;
  /** All changes up to this one are here; undefined: nothing was read yet. */
  change: number | undefined;
}

/** The row of a message under way, as the snapshot shows it. */
export function optimisticRow(
  id: string,
  { text, session, kind = "text", media = null }: SendContent,
  context: SendContext,
): InboxMessage {
  const { chatId, chat, user } = context;
  const now = new Date().toISOString();
  const times = {
    created_at: now,
    updated_at: now,
    sent_at: now,
    edited_at: null,
    deleted_at: null,
  };
  const ids = { provider_message_id: null, wa_message_id: null, event_id: null };
  const numbers = { arrived: null, change: null };
  const unknown = { sender: null, task_id: null, error_code: null };
  return {
    ...{ id, chat_id: chatId, text: text ?? null, author: user || null, session: session ?? null },
    ...{ organization_id: chat?.organization_id ?? "", integration_id: chat?.integration_id ?? "" },
    ...{ recipient: chat?.phone ?? null, direction: "out", source: "api", kind },
    ...{ status: "sending", delivery: null, media, reactions: [] },
    ...{ ...times, ...ids, ...numbers, ...unknown, optimistic: true },
  };
}
