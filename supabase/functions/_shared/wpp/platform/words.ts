/** The words of events, which every generation of the platform writes in its own way. */
import type { ConnectionStatus } from "../contract/fields.ts";
import { toConnectionStatus } from "./answers.ts";

/** Letter case and what stands between the parts of a word mean nothing: `MESSAGE_STATUS`. */
export function wordOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > MAX_WORD_LENGTH) return undefined;
  return value.toLowerCase().replace(/[\s._:-]/g, "") || undefined;
}

const MAX_WORD_LENGTH = 64;

/** What an event is about, as far as its word tells. */
export type Topic =
  | "message"
  | "own_message"
  | "sent"
  | "receipt"
  | "deleted"
  | "reaction"
  | "edit"
  | "status"
  | "call"
  | "participants"
  | "presence";

/** In the form of {@link wordOf}. Those that begin with `on` are wppconnect's. */
const TOPICS: Record<Topic, string[]> = {
  message: [
    "message",
    "messagecreate",
    "messageincoming",
    "messagereceived",
    "messagesupsert",
    "newmessage",
    "onmessage",
    "onanymessage",
    "unreadmessages",
  ],
  own_message: ["messageoutgoing", "onselfmessage"],
  sent: ["messagesent", "sent"],
  receipt: [
    "ack",
    "delivered",
    "delivery",
    "messageack",
    "messagedead",
    "messagedelivered",
    "messagedelivery",
    "messageerror",
    "messagefailed",
    "messageplayed",
    "messagequeued",
    "messageread",
    "messagestatus",
    "messagesupdate",
    "messageupdate",
    "onack",
    "played",
    "read",
    "receipt",
  ],
  deleted: ["deleted", "messagedeleted", "messagerevoked", "onrevokedmessage", "revoked"],
  reaction: ["messagereaction", "onreactionmessage", "reaction"],
  edit: ["edited", "messageedit", "messageedited", "onmessageedit", "onmessageedited"],
  status: ["connectionupdate", "sessionstatus", "state", "status", "statusfind"],
  call: ["call", "incomingcall", "onincomingcall"],
  participants: ["onparticipantschanged", "participantschanged"],
  presence: ["onpresencechanged", "presence", "presencechanged", "presenceupdate", "typing"],
};

const TOPIC_OF = new Map(
  Object.entries(TOPICS).flatMap(([topic, words]) => words.map((word) => [word, topic as Topic])),
);

export function topicOf(word: string | undefined): Topic | undefined {
  return word === undefined ? undefined : TOPIC_OF.get(word);
}

/** wppconnect's, and the platform's for a new QR code: words for what happened, not for a status. */
const STATES: Record<string, ConnectionStatus> = {
  closesession: "disconnected",
  logoutsession: "disconnected",
  qrcode: "qr_required",
  qrrequired: "qr_required",
  unpairedidle: "qr_required",
};

/** The connection's status that a word tells of by itself; `undefined` for other words. */
export function stateOf(value: unknown): ConnectionStatus | undefined {
  const word = wordOf(value);
  if (word === undefined) return undefined;
  if (Object.hasOwn(STATES, word)) return STATES[word];
  const status = toConnectionStatus(value as string);
  return status === "unknown" ? undefined : status;
}
