/** WPP Platform's answers as they come over the wire, and what they mean here (docs/platform.md). */
import { z } from "../deps/zod.ts";
import { type ConnectionStatus, sessionId } from "../contract.ts";
import { AppError } from "../errors.ts";
import { parseQrCode, type QrCode } from "./qr.ts";
import type { PlatformAnswer } from "./transport.ts";

export const createAnswer = z.object({
  apiKey: z.string().min(1).max(4096),
  session: sessionId,
  status: z.string().optional(),
});

export const tokenAnswer = z.object({
  token: z.string().min(1).max(16_384).regex(/^[\x21-\x7e]+$/),
  expiresIn: z.number().positive().optional().catch(undefined),
});

export const statusAnswer = z.object({
  status: z.unknown().optional(),
  state: z.unknown().optional(),
}).transform(({ status, state }, ctx) => {
  const words = [status, state].filter((word) => typeof word === "string" && word.trim() !== "");
  const word = words.find((word) => toConnectionStatus(word as string) !== "unknown") ?? words[0];
  if (word !== undefined) return printable(word as string);
  ctx.addIssue({ code: "custom", message: "no status" });
  return z.NEVER;
});

const qrField = z.string().nullish();

/** The QR code, or `undefined` while there is none; an unknown form is an issue. */
export const qrAnswer = z.object({
  qr: qrField,
  qrCode: qrField,
  qrcode: qrField,
  data: z.object({ qr: qrField }).nullish(),
}).transform((answer, ctx): QrCode | undefined => {
  const value = [answer.qr, answer.qrCode, answer.qrcode, answer.data?.qr]
    .find((value) => value?.trim());
  if (!value) return undefined;
  const code = parseQrCode(value);
  if (code) return code;
  ctx.addIssue({ code: "custom", message: "unknown form of QR code" });
  return z.NEVER;
});

export const sendAnswer = z.object({ taskId: z.string().min(1).max(255) });

const STATUS_WORDS: Record<string, ConnectionStatus> = {
  connected: "connected",
  ready: "connected",
  starting: "starting",
  pending: "starting",
  qr: "qr_required",
  qr_required: "qr_required",
  offline: "disconnected",
  disconnected: "disconnected",
};

/** The platform's word in ours; `unknown` for one that is new. */
export function toConnectionStatus(word: string): ConnectionStatus {
  const known = word.trim().toLowerCase();
  return Object.hasOwn(STATUS_WORDS, known) ? STATUS_WORDS[known] : "unknown";
}

/** A word from the platform as it may be shown: no control characters, bounded. */
function printable(word: string): string {
  return word.replace(/\p{C}/gu, "").trim().slice(0, 64).toWellFormed(); // slice may split a surrogate pair
}

/**
 * The content of a successful answer.
 *
 * @throws AppError `gateway_error` for `success: false`, `gateway_invalid_response` for any other
 * content that does not fit: the work may then have been done.
 */
export function parseAnswer<T>(answer: PlatformAnswer, schema: z.ZodType<T>): T {
  const content = parseJson(answer.text);
  if (isUnsuccessful(content)) throw new AppError("gateway_error", { effect: "refused" });
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw invalidResponse();
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidResponse();
  }
}

function invalidResponse(): AppError {
  return new AppError("gateway_invalid_response", { effect: "unknown" });
}

function isUnsuccessful(content: unknown): boolean {
  return typeof content === "object" && content !== null && "success" in content &&
    content.success === false;
}
