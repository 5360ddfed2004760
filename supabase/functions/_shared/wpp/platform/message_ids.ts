/**
 * The ids of messages: the platform's `taskId`, and WhatsApp's, which comes as its key (`3EB0…`) or
 * serialized with the address: `true_79991112233@c.us_3EB0…`, in groups with `_participant` after it.
 */
import { defined } from "../lib/defined.ts";
import { parseAddress } from "./addresses.ts";
import type { ChatAddress, MessageReference } from "./event.ts";
import { type Fields, MAX_ID_LENGTH } from "./fields.ts";

/** An id of WhatsApp's, or of the platform's where it is neither serialized nor an object. */
export interface WrittenId {
  /** As the platform wrote it. */
  raw: string;
  /** WhatsApp's key. */
  key: string;
  /** Surely WhatsApp's, and never a `taskId`. */
  isWhatsApp: boolean;
  fromMe?: boolean;
  chat?: ChatAddress;
  participant?: ChatAddress;
}

/** How the platform's own ids of events begin; they are no message's. */
const EVENT_ID = /^evt_/;

/** The platform's id of the event. */
export function eventIdOf(root: Fields): string | undefined {
  const id = root.id("id");
  return id !== undefined && EVENT_ID.test(id) ? id : undefined;
}

/** The first of the fields that holds a message's id: a text, a number, or an object of WhatsApp's. */
export function idIn(fields: Fields, ...names: string[]): WrittenId | undefined {
  for (const name of names) {
    const object = fields.object(name);
    const raw = object ? object.exact(MAX_ID_LENGTH, "_serialized", "id") : fields.id(name);
    if (raw === undefined || EVENT_ID.test(raw)) continue;
    const id = parseId(raw);
    if (!object) return id;
    return { ...id, isWhatsApp: true, fromMe: id.fromMe || object.isTrue("fromMe") };
  }
  return undefined;
}

function parseId(raw: string): WrittenId {
  const parts = /^(true|false)_([^_@]*@[^_]+)_([^_]+)(?:_(.+))?$/.exec(raw);
  if (!parts) return { raw, key: raw, isWhatsApp: false };
  const [, fromMe, chat, key, participant] = parts;
  return {
    raw,
    key,
    isWhatsApp: true,
    fromMe: fromMe === "true",
    chat: parseAddress(chat),
    participant: participant === undefined ? undefined : parseAddress(participant),
  };
}

/** Names under which an id may be either the platform's or WhatsApp's. */
const ANY_ID = ["messageId", "id"];

/**
 * The message that a payload is about; `undefined` where it names none. `names` are those of the
 * message's id, where others than the usual.
 */
export function referenceIn(payload: Fields, names = ANY_ID): MessageReference | undefined {
  const either = idIn(payload, ...names);
  const whatsApp = idIn(payload, "waMessageId") ?? (either?.isWhatsApp ? either : undefined);
  const other = either && either.key !== whatsApp?.key ? either.raw : undefined;
  const taskId = payload.id("taskId") ?? (either?.isWhatsApp ? undefined : other);
  if (whatsApp && taskId !== undefined) {
    const { key, raw } = whatsApp;
    return { taskId, providerMessageId: key, waMessageId: raw, isPair: true };
  }
  const providerMessageId = whatsApp?.key ?? either?.key;
  if (taskId === undefined && providerMessageId === undefined) return undefined;
  return defined({ taskId, providerMessageId, isPair: false });
}
