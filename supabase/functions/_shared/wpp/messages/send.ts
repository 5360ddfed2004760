import type { WppMsgClient } from "../../wpp.ts";
import type { Connection, Connections } from "../connections/connections.ts";
import { type RefreshNeeds, refreshStatus, saveStatus } from "../connections/status.ts";
import type { ConnectionStatus } from "../contract/fields.ts";
import type { SendMedia } from "../contract/send.ts";
import { AppError } from "../errors.ts";
import { persist } from "../store/persist.ts";
import { registerWebhookIfDue } from "../connections/register_webhook.ts";
import type { Files } from "../store/files.ts";
import { REPLAYED } from "./begin_answer.ts";
import type { MediaFacts, PlatformFile } from "./outgoing_media.ts";
import {
  type BegunSend,
  type OpenSend,
  type OutgoingMessage,
  type SendLedger,
} from "./send_ledger.ts";

/** The response waits this long for the row to be closed, and then goes out anyway. */
const CLOSE_WAIT_MS = 1_500;

/** Texts, which are most messages, do not load what is for media. */
const forMedia = () => import("./outgoing_media.ts");

/** A message as its sender describes it. */
export type SendRequest = Omit<OutgoingMessage, "media"> & { media?: SendMedia };

interface Needs extends RefreshNeeds {
  connections: RefreshNeeds["connections"] & Pick<Connections, "unseal">;
  ledger: Pick<SendLedger, "begin" | "accept" | "fail">;
  wpp: RefreshNeeds["wpp"] & Pick<WppMsgClient, "sendText" | "sendMedia">;
  files: Pick<Files, "head" | "sign" | "requirePublicUrl">;
  trace: { messageId?: string; warn(warning: string): void };
}

export interface SentMessage {
  messageId: string;
  chatId: string;
  taskId: string;
  session: string;
  /** In E.164 form. */
  to: string;
  headers?: Record<string, string>;
}

/**
 * Sends one message: its ledger row is begun before the platform is called, and closed with the
 * outcome. A key that has an outcome gets that outcome, and nothing is sent.
 *
 * @throws AppError what `SendLedger.begin`, `WppMsgClient.sendText`, `describeOutgoing` and
 * `prepareOutgoing` throw.
 */
export async function sendMessage(request: SendRequest, context: Needs): Promise<SentMessage> {
  const { connections, ledger, trace } = context;
  const message = { ...request, media: await describe(request, context) };
  const begun = await ledger.begin(message);
  if (begun.state === "accepted") {
    const { state: _, ...sent } = begun;
    trace.messageId = sent.messageId;
    return { ...sent, headers: REPLAYED };
  }
  const { send } = begun;
  trace.messageId = send.id;
  let facts: MediaFacts | undefined;
  try {
    const connection = await connections.unseal(begun.connection);
    registerWebhookIfDue(connection, context);
    const prepared = await prepare(message, begun, context);
    facts = prepared?.facts;
    const { taskId } = await dispatch(message, send, prepared?.file, connection, context);
    await close(() => ledger.accept(send, taskId, facts), trace);
    const { id: messageId, chatId, to } = send;
    return { messageId, chatId, taskId, session: connection.session, to };
  } catch (error) {
    const failure = error instanceof AppError
      ? error
      : new AppError("delivery_unknown", { cause: error, effect: "unknown" });
    await close(() => ledger.fail(send, failure, facts), trace);
    throw failure;
  }
}

async function describe({ text, media }: SendRequest, { files }: Needs) {
  return media && (await forMedia()).describeOutgoing(media, text, files);
}

async function prepare({ text, media }: OutgoingMessage, { object }: BegunSend, { files }: Needs) {
  return media && await (await forMedia()).prepareOutgoing(media, object, text, files);
}

async function dispatch(
  { text }: OutgoingMessage,
  { id, attempt, address: to }: OpenSend,
  file: PlatformFile | undefined,
  connection: Connection,
  context: Needs,
): Promise<{ taskId: string }> {
  // Callers' keys are unique in their organization alone, and the platform's scope is unknown: so the
  // row is the key. A further attempt needs another one, or a stored refusal would answer it for ever.
  const idempotencyKey = `${id}:${attempt}`;
  try {
    return file
      ? await context.wpp.sendMedia(connection, { to, ...file, caption: text, idempotencyKey })
      : await context.wpp.sendText(connection, { to, text: text!, idempotencyKey });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The platform does not say whether a code is shown: what asks for it next will tell.
    const isKnown = connection.status === "qr_required";
    if (error.code === "not_connected" && !isKnown) {
      await saveStatus(connection, "disconnected", context);
    }
    if (error.effect === "refused" && !error.retryable) await explainRefusal(connection, context);
    throw error;
  }
}

/**
 * The platform does not say why it refuses a message. Most often WhatsApp is not connected, or the
 * platform has forgotten the session: its status tells.
 *
 * @throws AppError `not_connected`, `reconnect_required`
 */
async function explainRefusal(connection: Connection, context: Needs): Promise<void> {
  let status: ConnectionStatus;
  try {
    ({ status } = await refreshStatus(connection, context));
  } catch (error) {
    if (error instanceof AppError && error.code === "reconnect_required") throw error;
    return; // the status is not known: the refusal stands as it is
  }
  if (status !== "connected" && status !== "unknown") throw new AppError("not_connected");
}

/**
 * Waits for the row to be closed, but not for long: the caller learns what became of the message
 * even when the database is unavailable, and the row is closed in the background.
 */
async function close(write: () => Promise<void>, trace: Needs["trace"]): Promise<void> {
  await persist(write, {
    waitMs: CLOSE_WAIT_MS,
    onLost: () => trace.warn("message_not_closed"),
  }).catch(() => {}); // onLost reports it
}
