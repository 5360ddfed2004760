import type { ErrorCode } from "../../supabase/functions/_shared/wpp/errors.ts";
import type { SchemaName } from "./schemas.ts";

const SESSION = "0000000000004";
const MESSAGE_ID = "0a4c1c9e-3b0d-4a53-9d0c-9a5f6f3f2b11";
const CHECKED_AT = "2026-01-31T12:00:00.000Z";

/** One of the functions, as the document describes it. */
export interface Operation {
  name: string;
  summary: string;
  description: string;
  methods: ("get" | "post")[];
  input: SchemaName;
  output: SchemaName;
  requests: Record<string, unknown>;
  answers: Answer[];
  errors: ErrorCode[];
}

/** A successful answer. */
export interface Answer {
  status: 200 | 201 | 202;
  description: string;
  /** Bodies by the name that the document shows. */
  examples: Record<string, unknown>;
  /** Headers beside `x-request-id`, by their name in `components`. */
  headers?: ("Retry-After" | "Idempotency-Replayed")[];
}

/** Errors that every function may answer. */
const COMMON: ErrorCode[] = [
  "invalid_request",
  "invalid_json",
  "unauthorized",
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
];
/** Errors of the functions that need an existing connection. */
const OF_A_CONNECTION: ErrorCode[] = ["integration_not_found", "reconnect_required"];

const CREATE: Operation = {
  name: "wpp-create",
  summary: "Connect the organization to WhatsApp",
  description: "Creates the connection; once it is there, gives that one. Safe to repeat.",
  methods: ["post"],
  input: "CreateInput",
  output: "CreateOutput",
  requests: { new: { name: "Shop" }, reconnect: { reconnect: true } },
  answers: [
    { status: 201, description: "Created.", examples: { created: created("starting", true) } },
    {
      status: 200,
      description: "It was there already.",
      examples: { existing: created("connected", false) },
    },
  ],
  errors: [...COMMON, "creation_in_progress"],
};

const QR: Operation = {
  name: "wpp-qr",
  summary: "The QR code to scan",
  description: "Gives the QR code; where there is none, tells whether it is still to come.",
  methods: ["get", "post"],
  input: "QrInput",
  output: "QrOutput",
  requests: { primary: {}, session: { session: SESSION } },
  answers: [
    {
      status: 200,
      description: "The code to show, or `connected` when nothing is left to scan.",
      examples: {
        ready: {
          session: SESSION,
          state: "ready",
          qr: { image: "data:image/svg+xml;base64,PHN2Zy8+", text: "2@AbCdEf,GhIjKl" },
          refreshAfter: 15,
        },
        connected: { session: SESSION, state: "connected" },
      },
    },
    {
      status: 202,
      description: "No code yet: ask again after `Retry-After`.",
      examples: { pending: { session: SESSION, state: "pending" } },
      headers: ["Retry-After"],
    },
  ],
  errors: [...COMMON, ...OF_A_CONNECTION],
};

const STATUS: Operation = {
  name: "wpp-status",
  summary: "How the connection stands",
  description: "Asks WPP Platform how the connection stands now.",
  methods: ["get", "post"],
  input: "StatusInput",
  output: "StatusOutput",
  requests: { primary: {}, session: { session: SESSION } },
  answers: [{
    status: 200,
    description: "The status.",
    examples: {
      connected: {
        session: SESSION,
        status: "connected",
        providerStatus: "ready",
        checkedAt: CHECKED_AT,
      },
    },
  }],
  errors: [...COMMON, ...OF_A_CONNECTION],
};

const SEND: Operation = {
  name: "wpp-send",
  summary: "Send a text message",
  description: "Hands a message to WPP Platform, once. With an `Idempotency-Key` the same call " +
    "may be repeated: the message goes out at most once.",
  methods: ["post"],
  input: "SendInput",
  output: "SendOutput",
  requests: { text: { to: "+79991112233", text: "Hello" } },
  answers: [{
    status: 202,
    description: "Accepted: queued by the platform, not yet delivered.",
    examples: {
      accepted: {
        messageId: MESSAGE_ID,
        taskId: "task-1",
        session: SESSION,
        to: "+79991112233",
        status: "accepted",
      },
    },
    headers: ["Idempotency-Replayed"],
  }],
  errors: [
    ...COMMON,
    ...OF_A_CONNECTION,
    "not_connected",
    "idempotency_in_progress",
    "idempotency_key_reused",
    "delivery_unknown",
  ],
};

export const OPERATIONS: readonly Operation[] = [CREATE, QR, STATUS, SEND];

function created(status: string, created: boolean) {
  const integrationId = "7f2d8f5a-6a3e-4a51-8f0e-3a9f5b1e2c44";
  return { integrationId, session: SESSION, status, created };
}
