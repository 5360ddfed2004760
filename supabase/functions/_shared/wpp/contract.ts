/**
 * The HTTP contract: the one table of functions, and with `shapes.ts` what each accepts and answers. The
 * client's types are generated from it.
 */
import type { z } from "./deps/zod.ts";
import type { ErrorCode } from "./errors.ts";
import {
  connection,
  connectionsInput,
  connectionsOutput,
  createInput,
  createOutput,
  deleteInput,
  deleteOutput,
  disconnectInput,
  disconnectOutput,
  qrInput,
  qrOutput,
  reactInput,
  reactOutput,
  reconcileInput,
  reconcileOutput,
  sendInput,
  sendOutput,
  statusInput,
  statusOutput,
  updateConnectionInput,
} from "./shapes.ts";

export * from "./shapes.ts";

/** One function, as callers see it. */
export interface FunctionContract {
  /** In one sentence, for documents. */
  summary: string;
  methods: readonly Method[];
  /** Who may call. */
  callers: readonly CallerKind[];
  input: z.ZodObject;
  output: z.ZodType;
  /** What each status of a success means. */
  successes: Readonly<Partial<Record<200 | 201 | 202, string>>>;
  errors: readonly ErrorCode[];
  /** What PATCH takes and answers, where the function has it besides. */
  patch?: Pick<FunctionContract, "summary" | "output" | "successes"> & { input: z.ZodObject };
}

export type Method = "GET" | "POST" | "PATCH";

/** A signed-in user, or the project's own server, by its secret key. */
export type CallerKind = "user" | "server";

const USERS_AND_SERVERS = ["user", "server"] as const satisfies CallerKind[];

/** Errors of every function; any of them may take too long, which is `gateway_timeout`. */
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
  "gateway_timeout",
  "auth_unavailable",
  "database_unavailable",
] as const satisfies ErrorCode[];

/** Errors of every function that asks the platform. */
const PLATFORM_ERRORS = [
  ...COMMON_ERRORS,
  "rate_limited",
  "gateway_error",
  "gateway_invalid_response",
  "gateway_unreachable",
] as const satisfies ErrorCode[];

/** Errors of every function that uses a connection which exists. */
const CONNECTION_ERRORS = [
  ...PLATFORM_ERRORS,
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
    callers: USERS_AND_SERVERS,
    input: createInput,
    output: createOutput,
    successes: { 201: "Created.", 200: "It was there already." },
    errors: [
      ...PLATFORM_ERRORS,
      "creation_in_progress",
      "integration_not_found",
      "not_supported",
    ],
  },
  "wpp-qr": {
    summary: "The QR code to scan",
    methods: ["GET", "POST"],
    callers: USERS_AND_SERVERS,
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
    callers: USERS_AND_SERVERS,
    input: statusInput,
    output: statusOutput,
    successes: { 200: "The status." },
    errors: CONNECTION_ERRORS,
  },
  "wpp-send": {
    summary: "Send a message: a text, a picture, a file",
    methods: ["POST"],
    callers: USERS_AND_SERVERS,
    input: sendInput,
    output: sendOutput,
    successes: { 202: "Accepted: queued by the platform, not yet delivered." },
    errors: [
      ...CONNECTION_ERRORS,
      "chat_not_found",
      "media_not_found",
      "message_not_addressable",
      "not_connected",
      "storage_unavailable",
      "idempotency_in_progress",
      "idempotency_key_reused",
      "delivery_unknown",
    ],
  },
  "wpp-connections": {
    summary: "The organization's connections",
    methods: ["GET", "PATCH"],
    callers: USERS_AND_SERVERS,
    input: connectionsInput,
    output: connectionsOutput,
    successes: { 200: "The connections, disconnected ones included, the primary one first." },
    errors: [...COMMON_ERRORS, "integration_not_found"],
    patch: {
      summary: "Rename a connection, or make it the primary one",
      input: updateConnectionInput,
      output: connection,
      successes: { 200: "The connection as it is now." },
    },
  },
  "wpp-disconnect": {
    summary: "Disconnect a number",
    methods: ["POST"],
    callers: USERS_AND_SERVERS,
    input: disconnectInput,
    output: disconnectOutput,
    successes: { 200: "Disconnected, now or before." },
    errors: [...PLATFORM_ERRORS, "integration_not_found", "creation_in_progress"],
  },
  "wpp-delete": {
    summary: "Delete a message that was sent, for everyone",
    methods: ["POST"],
    callers: USERS_AND_SERVERS,
    input: deleteInput,
    output: deleteOutput,
    successes: { 200: "Deleted, now or before." },
    errors: [...CONNECTION_ERRORS, "message_not_found", "message_not_addressable"],
  },
  "wpp-react": {
    summary: "React to a message with an emoji",
    methods: ["POST"],
    callers: USERS_AND_SERVERS,
    input: reactInput,
    output: reactOutput,
    successes: { 200: "The reaction is set, or taken back." },
    errors: [...CONNECTION_ERRORS, "message_not_found", "message_not_addressable"],
  },
  "wpp-reconcile": {
    summary: "Do what is due: for a cron to call",
    methods: ["POST"],
    callers: ["server"],
    input: reconcileInput,
    output: reconcileOutput,
    successes: { 200: "Done, or begun: see more." },
    errors: COMMON_ERRORS,
  },
} as const satisfies Record<string, FunctionContract>;

export type FunctionName = keyof typeof FUNCTIONS;
/** In the order of the table. */
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** What WPP Platform calls: no function for users, and so none of the table. */
export const WEBHOOK_NAME = "wpp-webhook";
/** Every folder of `supabase/functions` that deploys. */
export const DEPLOYED_NAMES = [...FUNCTION_NAMES, WEBHOOK_NAME] as const;

/** The functions that take PATCH. */
export type PatchName = {
  [Name in FunctionName]: typeof FUNCTIONS[Name] extends { patch: object } ? Name : never;
}[FunctionName];
export type PatchInput<Name extends PatchName> = z.output<typeof FUNCTIONS[Name]["patch"]["input"]>;
export type PatchOutput<Name extends PatchName> = z.input<
  typeof FUNCTIONS[Name]["patch"]["output"]
>;

/** What a function's use case gets, after its input was checked. */
export type Input<Name extends FunctionName> = z.output<typeof FUNCTIONS[Name]["input"]>;
/** What it answers. */
export type Output<Name extends FunctionName> = z.input<typeof FUNCTIONS[Name]["output"]>;
