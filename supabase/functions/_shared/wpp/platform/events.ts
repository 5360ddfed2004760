import { defined } from "../lib/defined.ts";
import { addressIn, STATUS_ADDRESS } from "./addresses.ts";
import { exactInteger } from "./answers.ts";
import { cutBase64 } from "./base64.ts";
import type { OtherEvent, PlatformEvent, StateEvent } from "./event.ts";
import { Fields, isObject } from "./fields.ts";
import { eventIdOf, idIn } from "./message_ids.ts";
import { isOutgoingMessage, readMessage } from "./messages.ts";
import { isBareMessage, type Payload, payloadOf } from "./payload.ts";
import { readEdit, readReaction } from "./reactions.ts";
import { readDeletion, readReceipt } from "./receipts.ts";
import { stateOf, topicOf, wordOf } from "./words.ts";

export interface ReadEvent {
  event: PlatformEvent;
  /**
   * The media of a message, in base64 as ASCII: standard alphabet, padded, checked. A part of the
   * body where it is large: it changes when the body does.
   */
  base64?: Uint8Array;
}

/** Reads what WPP Platform posted, in any form that is known (docs/platform.md). Never throws. */
export function readEvent(body: Uint8Array): ReadEvent {
  const { json, cutOf } = cutBase64(body);
  const content = parseJson(json);
  if (content === undefined) return { event: quarantined("not_json") };
  if (!isObject(content)) return { event: quarantined("not_an_object") };
  const root = new Fields(content, cutOf);
  const payload = payloadOf(root);
  const { account, isReadable } = accountOf(payload);
  const { event, base64 } = isReadable
    ? readPayload(payload)
    : { event: quarantined("unreadable_account"), base64: undefined };
  return defined({ event: defined({ account, eventId: eventIdOf(root), ...event }), base64 });
}

/** The platform's name of the account. One that cannot be read is surely another connection's. */
function accountOf({ fields, root }: Payload): { account?: string; isReadable: boolean } {
  for (const name of ["account", "session"]) {
    for (const place of [root, fields]) {
      const account = place.id(name);
      if (account !== undefined) return { account, isReadable: true };
      if (typeof place.value(name) === "number" || place.text(name) !== undefined) {
        return { isReadable: false };
      }
    }
  }
  return { isReadable: true };
}

function readPayload(payload: Payload): ReadEvent {
  if (isOfStatus(payload)) return { event: { type: "dropped", reason: "status_broadcast" } };
  for (const name of ["event", "type"]) {
    const word = wordOf(payload.root.value(name));
    const read = word && readTopic(payload, word);
    if (read) return read;
    const status = stateOf(payload.root.value(name));
    if (status) return { event: { type: "state", status } };
  }
  if (isBareMessage(payload)) return readMessage(payload, false);
  return { event: quarantined("unknown_event") };
}

/** Reads an event whose word is known. */
function readTopic(payload: Payload, word: string): ReadEvent | undefined {
  const topic = topicOf(word);
  switch (topic) {
    case "message":
    case "own_message":
      return readMessage(payload, topic === "own_message");
    case "sent":
      if (isOutgoingMessage(payload.fields)) return readMessage(payload, true);
      return { event: readReceipt(payload, word) };
    case "receipt":
      return { event: readReceipt(payload, word) };
    case "deleted":
      return { event: readDeletion(payload) };
    case "reaction":
      return { event: readReaction(payload) };
    case "edit":
      return { event: readEdit(payload) };
    case "status":
      return { event: readStatus(payload) };
    case undefined:
      return undefined;
    default:
      return { event: { type: "dropped", reason: topic } };
  }
}

function readStatus({ fields, root }: Payload): StateEvent | OtherEvent {
  const words = [fields, root].flatMap((place) => [place.value("status"), place.value("state")]);
  const status = words.map(stateOf).find((known) => known !== undefined);
  return status ? { type: "state", status } : quarantined("unknown_status");
}

/** Whether it is about a story, which everybody sees, and not about a chat. */
function isOfStatus({ fields }: Payload): boolean {
  const addresses = ["from", "to", "chatId", "raw_from", "raw_to", "rawFrom", "rawTo"]
    .map((name) => addressIn(fields, name));
  const ids = ["id", "messageId", "waMessageId", "msgId", "refId"].map((name) =>
    idIn(fields, name)
  );
  return [...addresses, ...ids.map((id) => id?.chat)]
    .some((address) => address?.address === STATUS_ADDRESS);
}

/** The content, or `undefined` where it is no JSON. */
function parseJson(json: Uint8Array): unknown {
  const text = new TextDecoder().decode(json);
  try {
    // The reviver costs time and, in deep nesting, the stack: only long numbers need it.
    return /\d{16}/.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function quarantined(reason: string): OtherEvent {
  return { type: "quarantined", reason };
}
