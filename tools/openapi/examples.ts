import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";

/** What the document says of a function beyond its row in the table of functions. */
export interface Examples {
  /** More than the summary says. */
  description?: string;
  /** Request bodies, by name. */
  requests: Record<string, unknown>;
  /** Answers by status, then by name. */
  answers: Record<number, Record<string, unknown>>;
  /** Headers of an answer beside `x-request-id`, by status. */
  headers?: Record<number, ("Retry-After" | "Idempotency-Replayed")[]>;
}

const SESSION = "0000000000004";
const MESSAGE_ID = "0a4c1c9e-3b0d-4a53-9d0c-9a5f6f3f2b11";
const CHECKED_AT = "2026-01-31T12:00:00.000Z";

/** A function without an entry is documented by its row alone. */
export const EXAMPLES: Partial<Record<FunctionName, Examples>> = {
  "wpp-create": {
    description: "Creates the connection; once it is there, gives that one. Safe to repeat.",
    requests: { new: { name: "Shop" }, reconnect: { reconnect: true } },
    answers: {
      201: { created: created("starting", true) },
      200: { existing: created("connected", false) },
    },
  },
  "wpp-qr": {
    description: "Gives the QR code; where there is none, tells whether it is still to come.",
    requests: { primary: {}, session: { session: SESSION } },
    answers: {
      200: {
        ready: {
          session: SESSION,
          state: "ready",
          qr: { image: "data:image/svg+xml;base64,PHN2Zy8+", text: "2@AbCdEf,GhIjKl" },
          refreshAfter: 15,
        },
        connected: { session: SESSION, state: "connected" },
      },
      202: { pending: { session: SESSION, state: "pending" } },
    },
    headers: { 202: ["Retry-After"] },
  },
  "wpp-status": {
    description: "Asks WPP Platform how the connection stands now.",
    requests: { primary: {}, session: { session: SESSION } },
    answers: {
      200: {
        connected: {
          session: SESSION,
          status: "connected",
          providerStatus: "ready",
          checkedAt: CHECKED_AT,
        },
      },
    },
  },
  "wpp-send": {
    description: "Hands a message to WPP Platform, once. With an `Idempotency-Key` the same call " +
      "may be repeated: the message goes out at most once.",
    requests: { text: { to: "+79991112233", text: "Hello" } },
    answers: {
      202: {
        accepted: {
          messageId: MESSAGE_ID,
          taskId: "task-1",
          session: SESSION,
          to: "+79991112233",
          status: "accepted",
        },
      },
    },
    headers: { 202: ["Idempotency-Replayed"] },
  },
};

function created(status: string, created: boolean) {
  const integrationId = "7f2d8f5a-6a3e-4a51-8f0e-3a9f5b1e2c44";
  return { integrationId, session: SESSION, status, created };
}
