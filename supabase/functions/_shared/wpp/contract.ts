/**
 * The HTTP contract of the four functions: what each accepts and answers. A frontend may import
 * this file for its types; it depends on zod and the error codes alone.
 */
import { z } from "zod";
import { type ErrorCode, ERRORS } from "./errors.ts";

/** Length as a person counts it: an emoji outside the basic plane is one character, not two. */
function characters(max: number) {
  return z.string().min(1)
    .refine((value) => value.length <= max || [...value].length <= max, {
      message: `Too long: at most ${max} characters`,
    })
    .refine((value) => value.isWellFormed() && !value.includes("\0"), {
      message: "Must be valid Unicode text without NUL characters",
    })
    .meta({ maxLength: max });
}

/** The platform's opaque name of a connected account, often digits such as `0000000000004`. */
export const sessionId = z.string().min(1).max(255)
  .regex(/^[^\p{C}]+$/u, "Must not hold control characters")
  .refine((value) => value !== "." && value !== "..", { message: "Is not a session" })
  .meta({ description: "A session. Left out, it is the organization's primary connection." });

export const connectionStatus = z.enum([
  "starting",
  "qr_required",
  "connected",
  "disconnected",
  "unknown",
]);
export type ConnectionStatus = z.infer<typeof connectionStatus>;

export const createInput = z.strictObject({
  name: characters(100).optional().meta({ description: "A name to show." }),
  reconnect: z.boolean().optional().meta({
    description: "Create anew, on the same row, what answers reconnect_required.",
  }),
});
export const createOutput = z.object({
  integrationId: z.uuid(),
  session: z.string(),
  status: connectionStatus,
  created: z.boolean().meta({ description: "false when the connection was there already." }),
});

export const qrInput = z.strictObject({ session: sessionId.optional() });
export const qrOutput = z.discriminatedUnion("state", [
  z.object({
    session: z.string(),
    state: z.literal("ready"),
    qr: z.object({
      image: z.string().startsWith("data:image/").meta({
        description: "A data: URL that an <img> shows.",
      }),
      text: z.string().optional().meta({ description: "The QR code's text, where known." }),
    }),
    refreshAfter: z.number().meta({ description: "Seconds until the code should be asked anew." }),
  }),
  z.object({ session: z.string(), state: z.literal("connected") }),
  z.object({ session: z.string(), state: z.literal("pending") }),
]);

export const statusInput = z.strictObject({ session: sessionId.optional() });
export const statusOutput = z.object({
  session: z.string(),
  status: connectionStatus,
  providerStatus: z.string().meta({ description: "WPP Platform's own word." }),
  checkedAt: z.iso.datetime(),
});

export const sendInput = z.strictObject({
  to: z.string().min(1).max(64).meta({
    description: "The recipient's phone number, best in international form: +79991112233.",
  }),
  text: characters(4096),
  session: sessionId.optional(),
});
export const sendOutput = z.object({
  messageId: z.uuid(),
  taskId: z.string(),
  session: z.string(),
  to: z.string().meta({ description: "The recipient in E.164 form." }),
  status: z.literal("accepted"),
});

export const errorOutput = z.object({
  error: z.object({
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    retryable: z.boolean(),
    requestId: z.uuid(),
    fields: z.record(z.string(), z.string()).optional(),
  }),
});

export type CreateInput = z.infer<typeof createInput>;
export type CreateOutput = z.infer<typeof createOutput>;
export type QrInput = z.infer<typeof qrInput>;
export type QrOutput = z.infer<typeof qrOutput>;
export type StatusInput = z.infer<typeof statusInput>;
export type StatusOutput = z.infer<typeof statusOutput>;
export type SendInput = z.infer<typeof sendInput>;
export type SendOutput = z.infer<typeof sendOutput>;
export type ErrorOutput = z.infer<typeof errorOutput>;
