import type { ChatMessage } from "./chat_message.ts";
import type { EventBody, EventContext, SimulatedEvent } from "./events.ts";
import { qrOf } from "./qr.ts";

/** The older form: an envelope with an id and a time, and everything else in `data`. */
export async function wrappedBody(
  event: SimulatedEvent,
  { session: account, nowS, settings }: EventContext,
): Promise<EventBody | null> {
  const wrapped = (type: string, data: EventBody) => ({
    id: `evt_${crypto.randomUUID().replaceAll("-", "")}`,
    type,
    created: nowS,
    data: { account, ...data },
  });
  switch (event.kind) {
    case "state":
      return wrapped(event.state, {});
    case "qr":
      return wrapped("qr", { qr: await qrOf(account, event.period, settings) });
    case "accepted":
      return wrapped("message.sent", { taskId: event.message.taskId });
    case "receipt": {
      const { taskId, waMessageId } = event.message;
      return wrapped("message.status", { taskId, waMessageId, status: event.status });
    }
    case "message": {
      const type = event.message.fromMe ? "message.sent" : "message.incoming";
      return wrapped(type, messageData(event.message, nowS));
    }
    case "reaction":
    case "deletion":
      return null;
  }
}

function messageData(message: ChatMessage, nowS: number): EventBody {
  const { fromMe, chat, sender, phone, isGroup, text, media, messageId, name } = message;
  const isAPhone = phone !== null && !isGroup;
  return {
    ...(fromMe ? { to: chat, fromMe } : { from: isAPhone ? `+${phone}` : chat }),
    ...(isGroup ? { author: sender } : {}),
    text,
    timestamp: message.timestamp ?? nowS,
    ...(media ? { media } : {}),
    ...(messageId === undefined ? {} : { messageId }),
    ...(name === undefined ? {} : { senderName: name }),
  };
}
