import type { Connections } from "../connections/connections.ts";
import { type RegisterNeeds, registerWebhookIfDue } from "../connections/register_webhook.ts";
import { AppError } from "../errors.ts";
import { encodeBase64 } from "../lib/base64.ts";
import type { PlatformEvent } from "../platform/event.ts";
import { readEvent } from "../platform/events.ts";
import type { Inbox, ReceiveAnswer } from "./inbox.ts";

/** Larger media is not kept. */
const MAX_MEDIA_BYTES = 8 * 1024 * 1024;
/** So much of a body that was not understood is kept, for an operator to look at. */
const MAX_QUARANTINED_BYTES = 64 * 1024;

interface Needs extends RegisterNeeds {
  inbox: Pick<Inbox, "receive">;
  connections: Pick<Connections, "unseal">;
  trace: RegisterNeeds["trace"] & {
    organization?: string;
    messageId?: string;
    event?: { type: string; outcome: string; reason?: string };
  };
}

/**
 * Stores what the platform posted. Once this resolves, it is stored, or was seen to hold nothing to
 * keep.
 *
 * @param digest Of the token in the webhook's URL.
 * @throws AppError `integration_not_found` when no webhook has that token any more.
 */
export async function receive(
  body: Uint8Array,
  digest: string,
  context: Needs,
): Promise<void> {
  const { trace } = context;
  const { event, base64 } = storable(body);
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
  if (outcome === "unknown_token") throw new AppError("integration_not_found");
  if (outcome === "quarantine_full") trace.warn("quarantine_full");
  await registerAgain(answer, context);
}

/** An event as it can be stored, with the bytes that belong to it. */
function storable(
  body: Uint8Array,
): { event: PlatformEvent; base64?: Uint8Array } {
  const { event, base64 } = readEvent(body);
  if (event.type === "quarantined") return { event, base64: quarantinedBytes(body) };
  if (event.type !== "message" || base64 === undefined) return { event };
  const { size = Infinity } = event.media ?? {}; // counted by the reader of events
  if (size <= MAX_MEDIA_BYTES) return { event, base64 };
  return { event: { ...event, media: { ...event.media, problem: "too_large" } } };
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
