/** What WPP Platform posts to wpp-webhook, and what that answers. The forms are those of docs/platform.md. */
import { WEBHOOK_NAME } from "../../supabase/functions/_shared/wpp/contract.ts";
import { type ErrorCode, ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { WEBHOOK_EXAMPLES } from "./webhook_examples.ts";
import type { JsonSchema } from "./schemas.ts";

/** What it fails with. Whatever may pass is `database_unavailable`: the event is to be sent again. */
export const WEBHOOK_ERRORS = [
  "integration_not_found",
  "method_not_allowed",
  "payload_too_large",
  "database_unavailable",
] as const satisfies ErrorCode[];

const MEANINGS: Record<typeof WEBHOOK_ERRORS[number], string> = {
  integration_not_found: "No webhook has this token.",
  method_not_allowed: "Events are posted.",
  payload_too_large: "The body is larger than 32 MiB.",
  database_unavailable: "The event is not stored. Send it again.",
};

const FURTHER_HEADERS: Partial<Record<ErrorCode, string[]>> = {
  method_not_allowed: ["Allow"],
  database_unavailable: ["Retry-After"],
};

const text = { type: "string" };
const id = { anyOf: [text, { type: "integer" }] };
const media = {
  type: "object",
  properties: {
    mimetype: text,
    filename: text,
    base64: { ...text, description: "Without a data: prefix." },
    url: { ...text, description: "In place of base64." },
  },
};

/** Whatever else a form has is taken too, and no field is relied on but those that are required. */
const FORMS: Record<string, JsonSchema> = {
  WebhookMessage: {
    description: "A message that came in, flat: its type is what it is.",
    type: "object",
    properties: {
      account: id,
      from: { ...text, description: "The contact's number." },
      raw_from: { ...text, description: "The chat's address, such as 79991112233@c.us." },
      type: {
        enum: "chat image video audio ptt document file sticker location vcard".split(" "),
      },
      text: { ...text, description: "With media: [Image], or [Image] and the caption." },
      media,
    },
    required: ["from", "type"],
  },
  WebhookWrapped: {
    description: "A message, a receipt, or a new state of the connection, in data.",
    type: "object",
    properties: {
      id: { ...text, description: "By which the event counts once." },
      type: text,
      created: { type: "number", description: "Seconds." },
      data: { type: "object", properties: { account: id, timestamp: { type: "number" }, media } },
    },
    required: ["type", "data"],
  },
  WebhookReceipt: {
    description: "What became of a message. It only rises: queued, sent, delivered, read.",
    type: "object",
    properties: {
      account: id,
      type: { enum: ["delivery", "message.status", "message_status", "messages.update"] },
      messageId: { ...id, description: "A taskId, or WhatsApp's own id." },
      taskId: id,
      waMessageId: text,
      status: text,
    },
    required: ["type", "status"],
  },
  WebhookOfWppconnect: {
    description: "What wppconnect posts: event says what, and the fields are beside it.",
    type: "object",
    properties: { event: text, session: id },
    required: ["event"],
  },
};

/** The section `webhooks` of the document. */
export function webhooks(): JsonSchema {
  return {
    [WEBHOOK_NAME]: {
      post: {
        operationId: WEBHOOK_NAME,
        summary: "What WPP Platform posts of a connection",
        description: "The platform is told the URL, with a token of its own for each connection; " +
          "no page and no server of yours calls it. The forms differ between the platform's " +
          "generations. A body in none of them is kept for the project's operator, and answered " +
          "200 as well, since it would be the same the next time.",
        security: [],
        parameters: [{
          name: "token",
          in: "query",
          required: true,
          description: "256 random bits in base64url.",
          schema: { type: "string", pattern: "^[A-Za-z0-9_-]{43}$" },
        }],
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: { anyOf: Object.keys(FORMS).map(formReference) },
              examples: WEBHOOK_EXAMPLES,
            },
          },
        },
        responses: { 200: stored(), ...failures() },
      },
    },
  };
}

/** The forms by the name of their component. */
export function webhookSchemas(): Record<string, JsonSchema> {
  return FORMS;
}

function formReference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function headersOf(...names: string[]): JsonSchema {
  return Object.fromEntries(
    ["x-request-id", ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
}

function stored(): JsonSchema {
  const schema = { type: "object", maxProperties: 0 };
  const content = { "application/json": { schema, examples: { stored: { value: {} } } } };
  return { description: "It is stored, or holds nothing to keep.", headers: headersOf(), content };
}

function failures(): JsonSchema {
  return Object.fromEntries(WEBHOOK_ERRORS.map((code) => {
    const error = { type: "object", properties: { code: { const: code } } };
    const schema = {
      allOf: [formReference("Error"), { type: "object", properties: { error } }],
    };
    const examples = { [code]: { $ref: `#/components/examples/${code}` } };
    return [ERRORS[code].status, {
      description: MEANINGS[code],
      headers: headersOf(...FURTHER_HEADERS[code] ?? []),
      content: { "application/json": { schema, examples } },
    }];
  }));
}
