import { type ChatMessage, ownPhoneOf } from "./chat_message.ts";
import { RECEIPTS } from "./event_settings.ts";
import type { EventBody, EventContext, SimulatedEvent } from "./events.ts";
import { wppconnectWord } from "./options.ts";
import { qrText, qrValue } from "./qr.ts";

/** The engine's own form: `event` and `session`, and the fields at the root. */
export async function wppconnectBody(
  event: SimulatedEvent,
  { session, nowS, settings }: EventContext,
): Promise<EventBody | null> {
  const named = (name: string, fields: EventBody) => ({ event: name, session, ...fields });
  const own = `${ownPhoneOf(session)}@c.us`;
  switch (event.kind) {
    case "state":
      return named("status-find", { status: wppconnectWord(event.state) });
    case "qr": {
      const urlcode = await qrText(session, event.period, settings);
      return named("qrcode", { qrcode: await qrValue(urlcode, "base64"), urlcode });
    }
    case "accepted":
      return null; // the first acknowledgement says it
    case "receipt": {
      const id = idObject(event.message.waMessageId);
      const ack = RECEIPTS.indexOf(event.status) + 1;
      return named("onack", { id, ack, from: own, to: `${event.message.to}@c.us` });
    }
    case "message": {
      const name = event.message.fromMe ? "onselfmessage" : "onmessage";
      return named(name, messageFields(event.message, own, nowS));
    }
    case "reaction":
      return named("onreactionmessage", {
        msgId: idObject(event.messageId),
        reactionText: event.emoji,
        timestamp: nowS,
      });
    case "deletion":
      return named("onrevokedmessage", { refId: event.messageId });
  }
}

function messageFields(message: ChatMessage, own: string, nowS: number): EventBody {
  const { fromMe, chat, sender, isGroup, text, type, media, name } = message;
  const { base64, ...described } = media ?? {};
  return {
    id: message.messageId,
    from: fromMe ? own : chat,
    to: fromMe ? chat : own,
    ...(isGroup ? { author: sender } : {}),
    chatId: chat,
    fromMe,
    isGroupMsg: isGroup,
    type,
    t: message.timestamp ?? nowS,
    ...(media ? { body: base64, caption: text, ...described } : { body: text }),
    ...(name === undefined ? {} : { notifyName: name, sender: { id: sender, pushname: name } }),
  };
}

/** `true_79991112233@c.us_3EB0…` as an object; another id as its key alone. */
function idObject(serialized: string): EventBody {
  const [fromMe, remote, id] = serialized.split("_");
  if (id === undefined) return { id: serialized, _serialized: serialized };
  return { fromMe: fromMe === "true", remote, id, _serialized: serialized };
}
