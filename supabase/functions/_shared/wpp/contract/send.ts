import { z } from "../deps/zod.ts";
import { characters, sessionId } from "./fields.ts";
import {
  CONNECTION_ERRORS,
  type FunctionContract,
  USERS_AND_SERVERS,
} from "./function_contract.ts";

/** Names that are known inside a network alone; addresses in numbers; hosts without a dot. */
const NOT_PUBLIC = /(^|\.)(localhost|local|internal)\.?$|^[^.]+\.?$|^[\d.]+$|[:[\]]/i;

/** An address that anybody can fetch: which network it is in is not to be found out through us. */
function isPublicUrl(text: string): boolean {
  const url = /^[^\s\p{C}]+$/u.test(text) ? URL.parse(text) : null; // which would leave them out
  return url?.protocol === "https:" && url.port === "" && url.username === "" &&
    url.password === "" && !NOT_PUBLIC.test(url.hostname);
}

export const sendMedia = z.strictObject({
  path: z.string().min(1).max(1024).regex(/^\P{C}*$/u, "Must not hold control characters")
    .optional()
    .meta({
      description: "A file in the bucket messenger-media, in the organization's own folder.",
    }),
  url: z.string().max(2048).refine(isPublicUrl, {
    message: "Must be https, on port 443, of a public host name",
  }).optional().meta({
    description: "Where the platform fetches the file. It is handed on, never fetched here.",
  }),
  filename: z.string().min(1).max(255).optional().meta({
    description: "The name that the recipient sees. Left out, it is that of the path or URL.",
  }),
  mimetype: z.string().max(255).regex(/^[\w.+-]+\/[\w.+-]+$/, "Must be like image/png").optional()
    .meta({ description: "Of a url; what a path holds is read from its bytes." }),
}).superRefine(({ path, url }, ctx) => {
  if ((path === undefined) !== (url === undefined)) return;
  ctx.addIssue({ code: "custom", message: "Give exactly one of path and url" });
}).meta({
  oneOf: ["path", "url"].map((field) => ({ properties: { [field]: {} }, required: [field] })),
});

export const sendInput = z.strictObject({
  to: z.string().min(1).max(64).optional().meta({
    description: "The recipient's phone number, best in international form: +79991112233.",
  }),
  chatId: z.uuid().optional().meta({
    description: "A chat, in place of to: the message goes out through the chat's own connection.",
  }),
  text: characters(4096).optional().meta({
    description: "The message, or the caption of a picture: other media has none.",
  }),
  media: sendMedia.optional(),
  session: sessionId.optional(),
}).superRefine(({ to, chatId, text, media }, ctx) => {
  const refuse = (field: string, message: string) =>
    ctx.addIssue({ code: "custom", path: [field], message });
  if (to === undefined && chatId === undefined) refuse("to", "Give to or chatId");
  if (to !== undefined && chatId !== undefined) refuse("chatId", "Cannot be combined with to");
  if (text === undefined && media === undefined) refuse("text", "Give text or media");
}).meta({
  oneOf: ["to", "chatId"].map((field) => ({ properties: { [field]: {} }, required: [field] })),
  anyOf: ["text", "media"].map((field) => ({ properties: { [field]: {} }, required: [field] })),
});
export const sendOutput = z.object({
  messageId: z.uuid(),
  chatId: z.uuid().meta({ description: "The chat that it went into." }),
  taskId: z.string(),
  session: z.string(),
  to: z.string().meta({ description: "The recipient in E.164 form." }),
  status: z.literal("accepted"),
});

export const sendFunction = {
  name: "wpp-send",
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
} as const satisfies FunctionContract;

export type SendInput = z.infer<typeof sendInput>;
export type SendMedia = z.infer<typeof sendMedia>;
export type SendOutput = z.infer<typeof sendOutput>;
