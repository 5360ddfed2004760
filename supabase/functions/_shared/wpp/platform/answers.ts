/** WPP Platform's answers as they come over the wire, and what they mean here (docs/platform.md). */
import { z } from "../deps/zod.ts";
import { type ConnectionStatus, sessionId } from "../contract/fields.ts";
import { AppError } from "../errors.ts";
import { answerError, isSuccess } from "./errors.ts";
import { isPrintable, printable, printableUpTo } from "./text.ts";
import type { PlatformAnswer } from "./transport.ts";

/** A field that is judged by hand: one bad field must not spoil the good ones beside it. */
export const anything = z.unknown().optional();

const MAX_WORD_LENGTH = 64;
const MAX_TASK_ID_LENGTH = 255;

/** The apiKey and the session are kept as they are or not at all: a cleaned one would not be theirs. */
export const createAnswer = z.object({
  apiKey: z.string().max(4096).refine(isPrintable),
  session: sessionId.refine(isPrintable),
  status: anything,
  state: anything,
}).transform(({ apiKey, session, ...words }) => ({ apiKey, session, status: statusWord(words) }));

export const tokenAnswer = z.object({
  token: z.string().min(1).max(16_384).regex(/^[\x21-\x7e]+$/),
  expiresIn: z.number().optional().catch(undefined),
});

/** The platform's own word for the session's state. */
export const statusAnswer = z.object({
  status: anything,
  state: anything,
})
  .transform((words, ctx) => {
    const word = statusWord(words);
    if (word !== undefined) return word;
    ctx.addIssue({ code: "custom", message: "no status" });
    return z.NEVER;
  });

/** Of two words, the one that is known: the other may be about the request. */
function statusWord({ status, state }: { status?: unknown; state?: unknown }): string | undefined {
  const words = [status, state].filter((word) => typeof word === "string")
    .map((word) => printableUpTo(MAX_WORD_LENGTH, word))
    .filter((word) => word !== "");
  return words.find((word) => toConnectionStatus(word) !== "unknown") ?? words[0];
}

/** The id of an accepted message; one that fails to name any, or tells of a failure, is an issue. */
export const sendAnswer = z.object({
  taskId: anything,
  id: anything,
  status: anything,
})
  .transform((answer, ctx) => {
    const taskId = [answer.taskId, answer.id].map(toTaskId).find((id) => id !== undefined);
    if (taskId !== undefined && !isFailureWord(answer.status)) return { taskId };
    ctx.addIssue({ code: "custom", message: "not accepted, or no id" });
    return z.NEVER;
  });

/** An id as it can be stored; the message was taken, so one with odd characters in it is cleaned. */
function toTaskId(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const id = printable(String(value));
  return id !== "" && id.length <= MAX_TASK_ID_LENGTH ? id : undefined;
}

/** In lower case. The second block is wppconnect's. */
const STATUS_WORDS: Record<string, ConnectionStatus> = {
  connected: "connected",
  ready: "connected",
  starting: "starting",
  pending: "starting",
  qr: "qr_required",
  qr_required: "qr_required",
  offline: "disconnected",
  disconnected: "disconnected",
  logout: "disconnected",

  inchat: "connected",
  islogged: "connected",
  qrreadsuccess: "connected",
  chatsavailable: "connected",
  opening: "starting",
  pairing: "starting",
  initializing: "starting",
  connecting: "starting",
  notlogged: "qr_required",
  qrreadfail: "qr_required",
  qrreaderror: "qr_required",
  devicenotconnected: "qr_required",
  unpaired: "qr_required",
  unpaired_idle: "qr_required",
  browserclose: "disconnected",
  serverclose: "disconnected",
  autoclosecalled: "disconnected",
  disconnectedmobile: "disconnected",
  desconnectedmobile: "disconnected", // wppconnect's own spelling
  phonenotconnected: "disconnected",
  closed: "disconnected",
  timeout: "disconnected",
  conflict: "disconnected",
};

/** The platform's word in ours; `unknown` for one that is new. */
export function toConnectionStatus(word: string): ConnectionStatus {
  const known = normalized(word);
  return Object.hasOwn(STATUS_WORDS, known) ? STATUS_WORDS[known] : "unknown";
}

function normalized(word: string): string {
  return word.trim().toLowerCase();
}

/**
 * The content of a successful answer.
 *
 * @throws AppError `gateway_error` where the platform says that it failed, in spite of the HTTP
 * status; `gateway_invalid_response` for any other content that does not fit: the work may then
 * have been done.
 */
export function parseAnswer<T>(answer: PlatformAnswer, schema: z.ZodType<T>): T {
  const content = parseJson(answer.text);
  if (isFalse(fieldOf(content, "success"))) throw refused();
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  // Not asked before: a status may also be the session's, beside a whole answer.
  throw isFailureWord(fieldOf(content, "status")) ? refused() : invalidResponse();
}

/**
 * For an answer whose content means nothing else, and may be missing.
 *
 * @throws AppError as `answerError` has it for its status; `gateway_error` where the platform says that it
 * failed, in spite of the HTTP status.
 */
export function requireSuccess(answer: PlatformAnswer): void {
  if (!isSuccess(answer)) throw answerError(answer);
  let content: unknown;
  try {
    content = JSON.parse(answer.text);
  } catch {
    return;
  }
  if (isFalse(fieldOf(content, "success")) || isFailureWord(fieldOf(content, "status"))) {
    throw refused();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, exactInteger);
  } catch {
    throw invalidResponse();
  }
}

/** Reads an integer that a number cannot hold, such as a long id, as the text that was sent. */
export function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isInexact = typeof value === "number" && !Number.isSafeInteger(value);
  return isInexact && /^-?\d+$/.test(context?.source ?? "") ? context!.source : value;
}

function refused(): AppError {
  return new AppError("gateway_error", { effect: "refused" });
}

function invalidResponse(): AppError {
  return new AppError("gateway_invalid_response", { effect: "unknown" });
}

function fieldOf(content: unknown, name: "success" | "status"): unknown {
  return typeof content === "object" && content !== null
    ? (content as Record<string, unknown>)[name]
    : undefined;
}

function isFalse(value: unknown): boolean {
  return value === false || typeof value === "string" && normalized(value) === "false";
}

function isFailureWord(value: unknown): boolean {
  return typeof value === "string" && ["error", "failed"].includes(normalized(printable(value)));
}
