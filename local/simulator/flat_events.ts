import { type ChatMessage, digitsOf } from "./chat_message.ts";
import type { EventBody, EventContext, SimulatedEvent } from "./events.ts";
import { qrOf } from "./qr.ts";

/** The current form: a message's and a receipt's fields at the root, all else in `data`. */
export async function flatBody(
  event: SimulatedEvent,
  { session: account, settings }: EventContext,
): Promise<EventBody | null> {
  switch (event.kind) {
    case "state":
      return { type: event.state, data: { account } };
    case "qr":
      return { type: "qr", data: { account, qr: await qrOf(account, event.period, settings) } };
    case "accepted":
      return { type: "message.sent", data: { account, taskId: event.message.taskId } };
    case "receipt": {
      const { taskId, waMessageId } = event.message;
      const byTask = settings.receiptsById === "task" || event.status === "sent";
      const messageId = byTask ? taskId : waMessageId;
      return { type: "delivery", account, messageId, status: event.status };
    }
    case "deletion":
      return { type: "delivery", account, messageId: event.messageId, status: "deleted" };
    case "message":
      return { account, ...event.message.fromMe ? own(event.message) : incoming(event.message) };
    case "reaction":
      return null;
  }
}

/** Live ones have no id, no time and no name: these come only where the message has them. */
function incoming({ chat, sender, phone, isGroup, ...message }: ChatMessage): EventBody {
  return {
    from: `+${phone ?? digitsOf(sender)}`,
    raw_from: chat,
    ...(isGroup ? { author: sender } : {}),
    ...content(message),
    ...(message.name === undefined ? {} : { senderName: message.name }),
  };
}

function own({ chat, sender, ...message }: ChatMessage): EventBody {
  const addresses = { from: `+${digitsOf(sender)}`, raw_from: sender, to: `+${digitsOf(chat)}` };
  return { ...addresses, fromMe: true, ...content(message) };
}

function content(
  { text, type, media, messageId, timestamp }: Pick<
    ChatMessage,
    "text" | "type" | "media" | "messageId" | "timestamp"
  >,
): EventBody {
  return {
    text: media ? placeholder(type, text) : text,
    type,
    ...(media ? { media } : {}),
    ...(messageId === undefined ? {} : { messageId }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

/** `[Image]`, and the caption after it. */
function placeholder(type: string, caption: string): string {
  return `[${type[0].toUpperCase()}${type.slice(1)}] ${caption}`.trim();
}
