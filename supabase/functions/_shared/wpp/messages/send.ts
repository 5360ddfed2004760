import { inBackground } from "../lib/background.ts";
import type { Context } from "../context.ts";
import { sleep } from "../lib/deadline.ts";
import { AppError } from "../errors.ts";
import type { Integration } from "../connections/connections.ts";
import { type OutgoingMessage, REPLAYED } from "./send_ledger.ts";
import { whileDatabaseIsAway } from "../store/persist.ts";
import type { Trace } from "../http/trace.ts";
import type { WppMsgClient } from "../../wpp.ts";

/** Milliseconds for which closing a ledger row is repeated, and how many of them a response waits. */
const CLOSE_FOR = 90_000;
const CLOSE_IN_REQUEST = 1_500;

export interface SentMessage {
  messageId: string;
  taskId: string;
  session: string;
  headers?: Record<string, string>;
}

/**
 * Sends one message: its ledger row is opened before the platform is called, and closed with what
 * came of it. A key that has an outcome gets that outcome, and nothing is sent.
 *
 * @throws AppError what `Messages.open` and `WppMsgClient.sendText` throw.
 */
export async function sendMessage(
  message: OutgoingMessage,
  { messages, integrations, wpp, trace }: Context,
): Promise<SentMessage> {
  const opened = await messages.open(message);
  if (opened.state === "accepted") {
    const { messageId, taskId, session } = opened;
    return { messageId, taskId, session, headers: REPLAYED };
  }
  const row = opened.message;
  try {
    const integration = await integrations.open(opened.integration);
    const { taskId } = await dispatch(message, row.id, integration, wpp);
    await close(() => messages.accept(row, taskId), trace);
    return { messageId: row.id, taskId, session: integration.session };
  } catch (error) {
    const failure = error instanceof AppError ? error : new AppError("delivery_unknown");
    await close(() => messages.fail(row, failure), trace);
    throw error;
  }
}

async function dispatch(
  { to, text }: OutgoingMessage,
  /** The row's id: callers' keys are unique in their organization, the platform's scope is unknown. */
  idempotencyKey: string,
  integration: Integration,
  wpp: WppMsgClient,
): Promise<{ taskId: string }> {
  try {
    const digits = to.slice(1); // the platform wants no plus sign
    return await wpp.sendText(integration, { to: digits, text, idempotencyKey });
  } catch (error) {
    const refused = error instanceof AppError && error.judged && !error.retryable;
    if (refused && await isDisconnected(integration, wpp)) throw new AppError("not_connected");
    throw error;
  }
}

/** The platform does not say why it refuses a message: most often, WhatsApp is not connected. */
async function isDisconnected(integration: Integration, wpp: WppMsgClient): Promise<boolean> {
  const status = await wpp.status(integration).then(({ status }) => status, () => "unknown");
  return status !== "connected" && status !== "unknown";
}

/** What was sent is told even when the row cannot be closed just now: that goes on meanwhile. */
async function close(write: () => Promise<void>, trace: Trace): Promise<void> {
  const closing = whileDatabaseIsAway(CLOSE_FOR, write)
    .catch(() => trace.warn("message_not_closed"));
  inBackground(closing);
  const enough = new AbortController();
  await Promise.race([closing, sleep(CLOSE_IN_REQUEST, enough.signal)]);
  enough.abort();
}
