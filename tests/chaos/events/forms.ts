import { OWN_ADDRESS } from "./contacts.ts";
import type { Contact } from "./contacts.ts";
import { DELIVERIES, type PlannedEvent, type Target } from "./planned_event.ts";

type Body = Record<string, unknown>;

/** wppconnect's numbers for the words of `DELIVERIES`. */
const ACKS = [0, 1, -1, 2, 3];

/** A time of the past, in seconds. */
const TIME_S = 1_760_000_000;

/** What is posted: the event in its generation's form. `account` is the session that it names. */
export function bodyOf(event: PlannedEvent, account: string | undefined): string {
  if (event.kind === "garbage") return garbage(event, account);
  return JSON.stringify([flat, wrapped, wppconnect][event.form](event, account));
}

/** What nobody can read, in several ways. */
function garbage({ number, text }: PlannedEvent, account: string | undefined): string {
  return [
    `<p>${text}</p>`,
    JSON.stringify([text]),
    JSON.stringify({ account, type: "never.heard.of", text }),
    JSON.stringify({ account, type: "chat", from: "nobody", text }),
    `{"type":"chat","text":"${text}"`,
  ][number % 5];
}

function flat(event: PlannedEvent, account: string | undefined): Body {
  const { kind, contact, text, key, media, about, delivery, emoji } = event;
  const named = written(contact);
  switch (kind) {
    case "receipt":
      return { type: "delivery", account, messageId: idOf(event), status: delivery };
    case "revoke":
      return { type: "delivery", account, messageId: about!.key, status: "deleted" };
    case "reaction":
      return {
        type: "reaction",
        account,
        messageId: about!.key,
        emoji,
        from: about!.contact.phone,
      };
    case "own":
    case "echo":
      return {
        ...{ account, type: "chat", from: OWN_ADDRESS, to: contact.address },
        ...{ text, messageId: key, fromMe: true },
      };
    case "status":
      return { account, from: "status@broadcast", type: "chat", text };
    default:
      return {
        ...{ account, from: named, raw_from: contact.address, author: contact.sender },
        ...(media ? { type: "image", text: `[Image] ${text}` } : { type: "chat", text }),
        ...{ messageId: key, media: media && mediaOf(media) },
      };
  }
}

function wrapped(event: PlannedEvent, account: string | undefined): Body {
  const { kind, contact, text, eventId, key, media, about, delivery, emoji, names } = event;
  const say = (type: string, data: Body) => ({
    ...{ id: eventId, type, created: TIME_S, data: { account, ...data } },
  });
  switch (kind) {
    case "receipt":
      return say("message.status", {
        taskId: names === "key" ? undefined : about!.taskId,
        waMessageId: names === "task" ? undefined : serialized(about!),
        status: delivery,
      });
    case "revoke":
      return say("message.deleted", { messageId: about!.key });
    case "reaction":
      return say("message.reaction", {
        ...{ messageId: about!.key, emoji, from: about!.contact.address },
      });
    case "own":
    case "echo":
      return say("message.outgoing", { to: contact.address, text, messageId: key });
    case "status":
      return say("message.incoming", { from: "status@broadcast", text });
    default:
      return say("message.incoming", {
        ...{ from: contact.phone ?? contact.address, author: contact.sender, text },
        ...{ timestamp: TIME_S, media: media && mediaOf(media), type: media && "image" },
        messageId: key,
      });
  }
}

function wppconnect(event: PlannedEvent, session: string | undefined): Body {
  const { kind, contact, text, key, media, about, delivery, emoji } = event;
  const say = (name: string, fields: Body) => ({ event: name, session, ...fields });
  const isOurs = kind === "own" || kind === "echo";
  const content = media
    ? { type: "image", body: media, caption: text, mimetype: "image/png" }
    : { type: "chat", body: text };
  switch (kind) {
    case "receipt":
      return say("onack", {
        id: { _serialized: serialized(about!), fromMe: true },
        ack: ACKS[DELIVERIES.indexOf(delivery!)],
      });
    case "revoke":
      return say("onrevokedmessage", { refId: serialized(about!), id: `revoke-${event.number}` });
    case "reaction":
      return say("onreactionmessage", {
        msgId: { _serialized: serialized(about!) },
        reactionText: emoji,
      });
    case "status":
      return say("onmessage", { from: "status@broadcast", to: OWN_ADDRESS, ...content });
    default:
      return say(isOurs ? "onselfmessage" : "onmessage", {
        id: key === undefined ? undefined : serialized({ key, contact, isOurs }),
        from: isOurs ? OWN_ADDRESS : contact.address,
        to: isOurs ? contact.address : OWN_ADDRESS,
        ...{ ...content, author: contact.sender, t: TIME_S, fromMe: isOurs },
      });
  }
}

/** WhatsApp's id of a message, as wppconnect writes it. */
function serialized({ key, contact, isOurs }: Target): string {
  const id = `${isOurs}_${contact.address}_${key}`;
  return contact.sender === undefined ? id : `${id}_${isOurs ? OWN_ADDRESS : contact.sender}`;
}

/** Of an event that has one field for either id. */
function idOf({ about, names }: PlannedEvent): string {
  return names === "task" ? about!.taskId! : about!.key;
}

/** As the platform writes it: a plus, also before what is no number. */
function written({ phone, address }: Contact): string {
  return phone ?? `+${address}`;
}

function mediaOf(base64: string): Body {
  return { mimetype: "image/png", filename: "picture.png", base64 };
}
