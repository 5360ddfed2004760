import type { WppMsgClient } from "../../wpp.ts";
import type { Connection, Connections } from "../connections/connections.ts";
import { AppError } from "../errors.ts";
import { persist } from "../store/persist.ts";
import { type OutgoingMessage, REPLAYED, type SendLedger } from "./send_ledger.ts";

/** Closing a ledger row is repeated this long, also after the response. */
const CLOSE_RETRY_MS = 90_000;
/** The response waits this long for the row to be closed, and then goes out anyway. */
const CLOSE_WAIT_MS = 1_500;

interface Needs {
  connections: Pick<Connections, "unseal">;
  ledger: Pick<SendLedger, "begin" | "accept" | "fail">;
  wpp: Pick<WppMsgClient, "sendText" | "status">;
  trace: { warn(warning: string): void };
}

export interface SentMessage {
  messageId: string;
  taskId: string;
  session: string;
  headers?: Record<string, string>;
}

/**
 * Sends one message: its ledger row is begun before the platform is called, and closed with the
 * outcome. A key that has an outcome gets that outcome, and nothing is sent.
 *
 * @throws AppError what `SendLedger.begin` and `WppMsgClient.sendText` throw.
 */
export async function sendMessage(message: OutgoingMessage, context: Needs): Promise<SentMessage> {
  const { connections, ledger, wpp, trace } = context;
  const begun = await ledger.begin(message);
  if (begun.state === "accepted") {
    const { messageId, taskId, session } = begun;
    return { messageId, taskId, session, headers: REPLAYED };
  }
  const { send } = begun;
  try {
    const connection = await connections.unseal(begun.connection);
    const { taskId } = await dispatch(message, send.id, connection, wpp);
    await close(() => ledger.accept(send, taskId), trace);
    return { messageId: send.id, taskId, session: connection.session };
  } catch (error) {
    const failure = error instanceof AppError ? error : new AppError("delivery_unknown");
    await close(() => ledger.fail(send, failure), trace);
    throw error;
  }
}

async function dispatch(
  { to, text }: OutgoingMessage,
  /** The row's id: callers' keys are unique in their organization, the platform's scope is unknown. */
  idempotencyKey: string,
  connection: Connection,
  wpp: Needs["wpp"],
): Promise<{ taskId: string }> {
  try {
    return await wpp.sendText(connection, { to, text, idempotencyKey });
  } catch (error) {
    const isFinal = error instanceof AppError && error.effect === "refused" && !error.retryable;
    if (isFinal && await isDisconnected(connection, wpp)) throw new AppError("not_connected");
    throw error;
  }
}

/** The platform does not say why it refuses a message: most often, WhatsApp is not connected. */
async function isDisconnected(connection: Connection, wpp: Needs["wpp"]): Promise<boolean> {
  const status = await wpp.status(connection).then(({ status }) => status, () => "unknown");
  return status !== "connected" && status !== "unknown";
}

/**
 * Waits for the row to be closed, but not for long: the caller learns what became of the message
 * even when the database is unavailable, and the row is closed in the background.
 */
async function close(write: () => Promise<void>, trace: Needs["trace"]): Promise<void> {
  await persist(write, {
    retryForMs: CLOSE_RETRY_MS,
    waitMs: CLOSE_WAIT_MS,
    onLost: () => trace.warn("message_not_closed"),
  }).catch(() => {}); // onLost reports it
}
