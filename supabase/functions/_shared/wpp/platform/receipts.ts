import type { Delivery, MessageReference, OtherEvent, ReceiptEvent } from "./event.ts";
import { referenceIn } from "./message_ids.ts";
import type { Payload } from "./payload.ts";
import { wordOf } from "./words.ts";

/** Baileys' words, which begin or end with `ack`, are among them. In the form of `wordOf`. */
const DELIVERIES: Record<string, Delivery> = {
  queued: "queued",
  pending: "queued",
  sent: "sent",
  serverack: "sent",
  delivered: "delivered",
  deliveryack: "delivered",
  read: "read",
  played: "read",
  failed: "failed",
  error: "failed",
  dead: "failed",
};

/** By wppconnect's numbers from 0; 4 is a voice message that was listened to. */
const ACKS: Delivery[] = ["queued", "sent", "delivered", "read", "read"];
/** wppconnect's for a message that WhatsApp tells nothing more of. */
const IGNORED_ACK = 5;

/** How far a message has come, as the event's word, its `status` or its `ack` tells. */
export function readReceipt(payload: Payload, word: string): ReceiptEvent | OtherEvent {
  const { fields, root } = payload;
  const words = [word, wordOf(fields.value("status")), wordOf(root.value("status"))]
    .map((word) => word?.replace(/^message/, ""));
  if (words.some((word) => word === "deleted" || word === "revoked")) return readDeletion(payload);
  const ack = fields.number("ack");
  if (ack === IGNORED_ACK) return { type: "dropped", reason: "ack" };
  const delivery = words.map(deliveryOf).find((known) => known !== undefined) ??
    (ack === undefined ? undefined : ack < 0 ? "failed" : ACKS[ack]);
  if (!delivery) return { type: "quarantined", reason: "unknown_status" };
  const reference = referenceOf(payload);
  return reference
    ? { type: "receipt", ...reference, delivery }
    : { type: "quarantined", reason: "no_id" };
}

/** That a message was deleted for everyone. wppconnect's own `id` there is the deletion's. */
export function readDeletion(payload: Payload): ReceiptEvent | OtherEvent {
  const isWppconnect = wordOf(payload.root.value("event")) === "onrevokedmessage";
  const reference = referenceIn(payload.fields, ["refId"]) ??
    (isWppconnect ? undefined : referenceOf(payload));
  return reference
    ? { type: "receipt", ...reference, deleted: true }
    : { type: "quarantined", reason: "no_id" };
}

function referenceOf({ fields, root }: Payload): MessageReference | undefined {
  return referenceIn(fields) ?? referenceIn(root);
}

function deliveryOf(word = ""): Delivery | undefined {
  return Object.hasOwn(DELIVERIES, word) ? DELIVERIES[word] : undefined;
}
