/**
 * The HTTP contract: what each function accepts and answers, and the one table of functions. A
 * frontend may import this file for its types; it depends on zod and the error codes alone.
 */
import { z } from "./deps/zod.ts";
import { type ErrorCode, ERRORS } from "./errors.ts";

/**
 * A character that shows. Others are white space, controls, and letters that are drawn as nothing. One
 * that this runtime does not know yet may be a new emoji, and counts as shown.
 */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/u;

/** Length as a person counts it: an emoji outside the basic plane is one character, not two. */
function characters(max: number) {
  return z.string().min(1)
    .regex(VISIBLE, "Must show something")
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
    description: "Replace, on the same row, a connection that answers reconnect_required.",
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
    refreshAfter: z.number().meta({
      description: "Seconds until the code should be asked for again.",
    }),
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

/** One function, as callers see it. */
export interface FunctionContract {
  /** In one sentence, for documents. */
  summary: string;
  methods: readonly ("GET" | "POST")[];
  input: z.ZodType;
  output: z.ZodType;
  /** What each status of a success means. */
  successes: Readonly<Partial<Record<200 | 201 | 202, string>>>;
  errors: readonly ErrorCode[];
}

/** Errors of every function. */
const COMMON_ERRORS = [
  "invalid_request",
  "invalid_json",
  "unauthorized",
  "no_organization",
  "method_not_allowed",
  "payload_too_large",
  "unsupported_media_type",
  "internal",
  "misconfigured",
  "rate_limited",
  "gateway_error",
  "gateway_invalid_response",
  "gateway_unreachable",
  "gateway_timeout",
  "auth_unavailable",
  "database_unavailable",
] as const satisfies ErrorCode[];

/** Errors of every function that uses a connection which exists. */
const CONNECTION_ERRORS = [
  ...COMMON_ERRORS,
  "integration_not_found",
  "reconnect_required",
] as const satisfies ErrorCode[];

/**
 * The one table of functions. Endpoints, OpenAPI, the local stack, the doctor and the tests take
 * names and shapes from here; each name is also a folder in `supabase/functions`.
 */
export const FUNCTIONS = {
  "wpp-create": {
    summary: "Connect the organization to WhatsApp",
    methods: ["POST"],
    input: createInput,
    output: createOutput,
    successes: { 201: "Created.", 200: "It was there already." },
    errors: [...COMMON_ERRORS, "creation_in_progress"],
  },
  "wpp-qr": {
    summary: "The QR code to scan",
    methods: ["GET", "POST"],
    input: qrInput,
    output: qrOutput,
    successes: {
      200: "The code to show, or `connected` when nothing is left to scan.",
      202: "No code yet: ask again after `Retry-After`.",
    },
    errors: CONNECTION_ERRORS,
  },
  "wpp-status": {
    summary: "How the connection stands",
    methods: ["GET", "POST"],
    input: statusInput,
    output: statusOutput,
    successes: { 200: "The status." },
    errors: CONNECTION_ERRORS,
  },
  "wpp-send": {
    summary: "Send a text message",
    methods: ["POST"],
    input: sendInput,
    output: sendOutput,
    successes: { 202: "Accepted: queued by the platform, not yet delivered." },
    errors: [
      ...CONNECTION_ERRORS,
      "not_connected",
      "idempotency_in_progress",
      "idempotency_key_reused",
      "delivery_unknown",
    ],
  },
} as const satisfies Record<string, FunctionContract>;

export type FunctionName = keyof typeof FUNCTIONS;
/** In the order of the table. */
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** What a function's use case gets, after its input was checked. */
export type Input<Name extends FunctionName> = z.output<typeof FUNCTIONS[Name]["input"]>;
/** What it answers. */
export type Output<Name extends FunctionName> = z.input<typeof FUNCTIONS[Name]["output"]>;

export type CreateInput = z.infer<typeof createInput>;
export type CreateOutput = z.infer<typeof createOutput>;
export type QrInput = z.infer<typeof qrInput>;
export type QrOutput = z.infer<typeof qrOutput>;
export type StatusInput = z.infer<typeof statusInput>;
export type StatusOutput = z.infer<typeof statusOutput>;
export type SendInput = z.infer<typeof sendInput>;
export type SendOutput = z.infer<typeof sendOutput>;
export type ErrorOutput = z.infer<typeof errorOutput>;
