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
const CHAT_ID = "c1a7f3d2-5f0e-4c53-8a55-2f6d3f0b9e77";
const MESSAGE_ID = "0a4c1c9e-3b0d-4a53-9d0c-9a5f6f3f2b11";
const CHECKED_AT = "2026-01-31T12:00:00.000Z";
const INTEGRATION_ID = "7f2d8f5a-6a3e-4a51-8f0e-3a9f5b1e2c44";
const CONNECTION = {
  integrationId: INTEGRATION_ID,
  session: SESSION,
  name: "Shop",
  status: "connected",
  isPrimary: true,
  phone: null,
  createdAt: CHECKED_AT,
  webhook: { registeredAt: CHECKED_AT, lastEventAt: CHECKED_AT },
};
const OTHER_CONNECTION = {
  ...CONNECTION,
  integrationId: "3f0b0f0e-54b1-4d7b-9e0b-2a4d5f8f7a10",
  session: "0000000000005",
  name: "Support",
  status: "disconnected",
  isPrimary: false,
  webhook: { registeredAt: null, lastEventAt: null },
};

const RECONCILED = {
  connections: 12,
  registered: 12,
  events: 0,
  expired: 1,
  removed: 0,
  filled: 0,
  more: false,
};

/** A function without an entry is documented by its row alone. */
export const EXAMPLES: Partial<Record<FunctionName, Examples>> = {
  "wpp-create": {
    description: "Creates the connection; once it is there, gives that one. Safe to repeat.",
    requests: {
      new: { name: "Shop" },
      reconnect: { reconnect: true },
      another: { another: true, name: "Support" },
      server: { organizationId: "org-1", name: "Shop" },
    },
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
    requests: {
      text: { to: "+79991112233", text: "Hello" },
      chat: { chatId: CHAT_ID, text: "Hello" },
      picture: {
        chatId: CHAT_ID,
        text: "Our new shop",
        media: { path: "org-1/outgoing/1/shop.jpg" },
      },
      file: { to: "+79991112233", media: { url: "https://shop.example.com/prices.pdf" } },
      server: { organizationId: "org-1", to: "+79991112233", text: "Your order is on its way" },
    },
    answers: {
      202: {
        accepted: {
          messageId: MESSAGE_ID,
          chatId: CHAT_ID,
          taskId: "task-1",
          session: SESSION,
          to: "+79991112233",
          status: "accepted",
        },
      },
    },
    headers: { 202: ["Idempotency-Replayed"] },
  },
  "wpp-connections": {
    description:
      "Lists the organization's connections, as they are stored: WPP Platform is not asked.",
    requests: {},
    answers: { 200: { two: { connections: [CONNECTION, OTHER_CONNECTION] } } },
  },
  "wpp-disconnect": {
    description:
      "Stops the session at WPP Platform, and erases its key here. The connection stays " +
      "in the list, and wpp-create with `reconnect` and its session connects it again.",
    requests: { only: {}, session: { session: SESSION }, force: { session: SESSION, force: true } },
    answers: {
      200: {
        disconnected: { integrationId: INTEGRATION_ID, session: SESSION, status: "disconnected" },
      },
    },
  },
  "wpp-delete": {
    description: "Deletes a message that was sent by wpp-send, for everyone. Safe to repeat.",
    requests: { message: { messageId: MESSAGE_ID } },
    answers: { 200: { deleted: { messageId: MESSAGE_ID, deletedAt: CHECKED_AT } } },
  },
  "wpp-react": {
    description:
      "Reacts to a message of either direction whose id at WhatsApp is known. The number " +
      "has one reaction to a message, the last. Safe to repeat.",
    requests: {
      react: { messageId: MESSAGE_ID, emoji: "👍" },
      remove: { messageId: MESSAGE_ID, emoji: "" },
    },
    answers: {
      200: {
        set: { messageId: MESSAGE_ID, emoji: "👍" },
        removed: { messageId: MESSAGE_ID, emoji: "" },
      },
    },
  },
  "wpp-reconcile": {
    description: "Tells the platform of webhooks again, asks for the status of connections that " +
      "have been silent for 10 minutes, names dead sends, and deletes what was kept long enough: for " +
      "all organizations. For a cron to call every minute. Safe to repeat, and to run several at once.",
    requests: { usual: {}, fewer: { limit: 20 } },
    answers: { 200: { done: RECONCILED, more: { ...RECONCILED, connections: 100, more: true } } },
  },
};

/** The same for PATCH. */
export const PATCH_EXAMPLES: Partial<Record<FunctionName, Examples>> = {
  "wpp-connections": {
    requests: {
      rename: { session: SESSION, name: "Shop" },
      primary: { session: SESSION, isPrimary: true },
    },
    answers: { 200: { changed: CONNECTION } },
  },
};

function created(status: string, created: boolean) {
  return { integrationId: INTEGRATION_ID, session: SESSION, status, created };
}
