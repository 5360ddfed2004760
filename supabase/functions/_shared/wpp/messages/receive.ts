import type { Connections } from "../connections/connections.ts";
import { type RegisterNeeds, registerWebhookIfDue } from "../connections/register_webhook.ts";
import { AppError } from "../errors.ts";
import { inBackground } from "../lib/background.ts";
import { decodeBase64, encodeBase64 } from "../lib/base64.ts";
import type { MediaDescription, MessageEvent, PlatformEvent } from "../platform/event.ts";
import { readEvent } from "../platform/events.ts";
import type { Files } from "../store/files.ts";
import type { WppMsgClient } from "../../wpp.ts";
import type { Inbox, ReceiveAnswer } from "./inbox.ts";
import { type MediaPlace, storeIncoming } from "./incoming_media.ts";
import { storeWaiting } from "./store_waiting.ts";
import type { WaitingMedia } from "./waiting_media.ts";

/** Media that Storage did not take is kept in the database; larger media is not. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** So much of a body that was not understood is kept, for an operator to look at. */
const MAX_QUARANTINED_BYTES = 64 * 1024;

interface Needs extends RegisterNeeds {
  inbox: Pick<Inbox, "receive">;
  connections: Pick<Connections, "unseal">;
  waitingMedia: Pick<WaitingMedia, "detached">;
  files: Pick<Files, "upload" | "detached">;
  wpp: RegisterNeeds["wpp"] & Pick<WppMsgClient, "download" | "isOwn">;
  trace: RegisterNeeds["trace"] & {
    organization?: string;
    messageId?: string;
    event?: { type: string; outcome: string; reason?: string };
  };
}

/** The webhook that was called: its token's digest, and where its connection's media is stored. */
export interface CalledWebhook {
  digest: string;
  place: MediaPlace;
}

/** An event as it can be stored, with the bytes that belong to it. */
interface Storable {
  event: PlatformEvent;
  base64?: Uint8Array;
}

/**
 * Stores what the platform posted. Once this resolves, it is stored, or was seen to hold nothing to
 * keep. Media goes to Storage first, else with its message into the database.
 *
 * @param body Changed: media is decoded in place.
 * @throws AppError `integration_not_found` when no webhook has that token any more;
 * `storage_unavailable` for media that is too large for the database.
 */
export async function receive(
  body: Uint8Array,
  { digest, place }: CalledWebhook,
  context: Needs,
): Promise<void> {
  const { trace } = context;
  const { event, base64 } = await storable(body, place, context);
  let answer = await context.inbox.receive(digest, event, base64);
  if ("unstorable" in answer) {
    const { account } = event;
    const reason = `database_${answer.unstorable}`;
    const quarantined: PlatformEvent = { type: "quarantined", account, reason };
    answer = await context.inbox.receive(digest, quarantined, quarantinedBytes(body));
    if ("unstorable" in answer) throw new AppError("internal");
  }
  const { outcome, reason, organization, message_id } = answer;
  trace.organization = organization;
  trace.messageId = message_id;
  trace.event = { type: event.type, outcome, reason };
  followMedia(event, answer, context);
  if (outcome === "unknown_token") throw new AppError("integration_not_found");
  if (outcome === "quarantine_full") trace.warn("quarantine_full");
  await registerAgain(answer, context);
}

async function storable(
  body: Uint8Array,
  place: MediaPlace,
  context: Needs,
): Promise<Storable> {
  const { event, base64 } = readEvent(body);
  if (event.type === "quarantined") return { event, base64: quarantinedBytes(body) };
  if (event.type !== "message" || !event.media) return { event };
  if (base64) return await storeMedia(event, event.media, base64, place, context);
  const { url } = event.media;
  if (url === undefined || context.wpp.isOwn(url)) return { event };
  return { event: withMedia(event, { ...event.media, problem: "foreign_url" }) };
}

/** Puts media into Storage; where that fails, its bytes are to be kept in the database. */
async function storeMedia(
  event: MessageEvent,
  { filename, ...described }: MediaDescription,
  base64: Uint8Array,
  place: MediaPlace,
  { files, trace }: Needs,
): Promise<Storable> {
  const { size = Infinity, mimetype } = described; // counted by the reader of events
  const isKeepable = size <= MAX_KEPT_BYTES;
  // Decoding is in place: what may have to be kept as it is, is decoded from a copy.
  const bytes = decodeBase64(isKeepable ? base64.slice() : base64);
  const asKept = { event, base64 };
  try {
    const stored = await storeIncoming(bytes, place, { kind: event.kind, mimetype }, files);
    if (stored.outcome === "stored") {
      const { kind, media } = stored;
      return { event: { ...withMedia(event, { ...media, filename }), kind } };
    }
    trace.warn("media_refused");
    if (stored.outcome === "refused" && isKeepable) return asKept;
    return { event: withMedia(event, { ...event.media, problem: "too_large" }) };
  } catch (error) {
    if (!isKeepable) throw error;
    trace.warn("media_not_stored");
    return asKept;
  }
}

function withMedia(event: MessageEvent, media: MediaDescription): MessageEvent {
  return { ...event, media };
}

/** Removes a file that its message does not have after all, and fetches one that the platform has. */
function followMedia(event: PlatformEvent, answer: ReceiveAnswer, context: Needs): void {
  const path = event.type === "message" ? event.media?.path : undefined;
  if (path !== undefined && answer.media !== "stored") {
    // Should that fail, wpp-reconcile finds it as one that no message has.
    inBackground(context.files.detached().remove([path]));
  }
  const { pending } = answer;
  if (!pending?.url) return;
  const needs = {
    ...context,
    files: context.files.detached(),
    waitingMedia: context.waitingMedia.detached(),
  };
  inBackground(
    storeWaiting(pending, needs).catch(() => context.trace.warn("media_not_stored")),
  );
}

function quarantinedBytes(body: Uint8Array): Uint8Array {
  return encodeBase64(body.subarray(0, MAX_QUARANTINED_BYTES));
}

/** A session that has just connected may be one that the platform began anew. */
async function registerAgain({ integration }: ReceiveAnswer, context: Needs): Promise<void> {
  if (!integration) return;
  try {
    registerWebhookIfDue(await context.connections.unseal(integration), context);
  } catch {
    context.trace.warn("webhook_not_registered"); // the event is stored all the same
  }
}
