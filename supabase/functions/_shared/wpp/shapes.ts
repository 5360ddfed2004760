/** The shapes of what goes in and out of the functions; `contract.ts` says which are whose. */
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

/** A uuid as Postgres has it: a table that was there before may hold ones that RFC 9562 does not know. */
const integrationId = z.guid();

const connectionName = characters(100).meta({ description: "A name to show." });

/** The same rules as JSON Schema says them: what is checked below by hand. */
const RECONNECTS = { properties: { reconnect: { const: true } }, required: ["reconnect"] };

export const createInput = z.strictObject({
  name: connectionName.optional(),
  reconnect: z.boolean().optional().meta({
    description:
      "Connect anew, on the same row, what answers reconnect_required or was disconnected.",
  }),
  another: z.boolean().optional().meta({
    description: "A further number, where the project has WPP_SECRET. Its name tells which: the " +
      "same call again gives the same number.",
  }),
  session: sessionId.optional().meta({
    description: "With reconnect: the connection that is meant. Left out, it is the primary one.",
  }),
}).superRefine(({ reconnect, another, session }, ctx) => {
  const refuse = (field: string, message: string) =>
    ctx.addIssue({ code: "custom", path: [field], message });
  if (another && reconnect) refuse("another", "Cannot be combined with reconnect");
  if (session !== undefined && !reconnect) refuse("session", "Is only taken with reconnect: true");
}).meta({
  dependentSchemas: { session: RECONNECTS },
  not: {
    properties: { reconnect: { const: true }, another: { const: true } },
    required: ["reconnect", "another"],
  },
});
export const createOutput = z.object({
  integrationId,
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

/** A connection as members of its organization see it. */
export const connection = z.object({
  integrationId,
  session: z.string(),
  name: z.string().nullable(),
  status: connectionStatus.meta({ description: "As last seen. wpp-status asks the platform." }),
  isPrimary: z.boolean().meta({ description: "Whether calls without a session use it." }),
  phone: z.string().nullable().meta({ description: "In E.164 form, where known." }),
  createdAt: z.iso.datetime({ offset: true }),
  webhook: z.object({
    registeredAt: z.iso.datetime({ offset: true }).nullable(),
    lastEventAt: z.iso.datetime({ offset: true }).nullable(),
  }),
});
export const connectionsInput = z.strictObject({});
export const connectionsOutput = z.object({ connections: z.array(connection) });
export const updateConnectionInput = z.strictObject({
  session: sessionId.meta({ description: "The connection to change." }),
  name: connectionName.optional(),
  isPrimary: z.literal(true, { error: "Must be true: make another connection primary instead" })
    .optional().meta({
      description: "Makes it the primary connection, in place of the present one.",
    }),
}).superRefine(({ name, isPrimary }, ctx) => {
  if (name !== undefined || isPrimary !== undefined) return;
  ctx.addIssue({ code: "custom", path: ["name"], message: "Give name, isPrimary or both" });
}).meta({
  anyOf: ["name", "isPrimary"].map((field) => ({ properties: { [field]: {} }, required: [field] })),
});

export const disconnectInput = z.strictObject({
  session: sessionId.optional().meta({
    description: "May be left out where the organization has exactly one connection.",
  }),
  force: z.boolean().optional().meta({
    description: "Disconnect even when the platform cannot be told.",
  }),
});
export const disconnectOutput = z.object({
  integrationId,
  session: z.string(),
  status: z.literal("disconnected"),
});

export const deleteInput = z.strictObject({
  messageId: z.uuid().meta({ description: "The messageId of wpp-send." }),
});
export const deleteOutput = z.object({
  messageId: z.uuid(),
  deletedAt: z.iso.datetime({ offset: true }),
});

let segmenter: Intl.Segmenter | undefined;

/** One emoji as a person sees it; a newer one than this runtime knows is at least drawn like one. */
function isEmoji(text: string): boolean {
  segmenter ??= new Intl.Segmenter();
  return text.length <= 40 && [...segmenter.segment(text)].length === 1 &&
    /^[\p{Emoji}\p{Emoji_Component}\p{Extended_Pictographic}\u200D\uFE0F]+$/u.test(text) &&
    (/\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/u.test(text) ||
      /^[\d#*]\uFE0F?\u20E3$/.test(text));
}

export const reactInput = z.strictObject({
  messageId: z.uuid().meta({ description: "A message of either direction." }),
  emoji: z.string().refine((emoji) => emoji === "" || isEmoji(emoji), {
    message: "Must be one emoji, or empty to take the reaction back",
  }).meta({ description: "One emoji; empty takes the reaction back.", maxLength: 40 }),
});
export const reactOutput = z.object({ messageId: z.uuid(), emoji: z.string() });

export const reconcileInput = z.strictObject({
  limit: z.int().min(1).max(1000).optional().meta({
    description: "How many connections, and rows, one run takes on at most. Left out: 100.",
  }),
});
export const reconcileOutput = z.object({
  connections: z.int().meta({ description: "Connections that were taken care of." }),
  registered: z.int().meta({ description: "Webhooks that the platform was told of." }),
  events: z.int().meta({
    description:
      "Files that were waiting, and are stored or have failed; files removed that no message has.",
  }),
  expired: z.int().meta({
    description: "Dead sends that were named, and what was kept long enough.",
  }),
  filled: z.int().meta({ description: "Sends of earlier versions that were put into chats." }),
  more: z.boolean().meta({ description: "Whether another run would find more to do at once." }),
});

/** The organization, which a caller names who is the project's own server. */
export const organizationId = z.string().min(1).meta({
  description:
    "Only from the project's own server, by its secret key: the organization to act for.",
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
export type SendMedia = z.infer<typeof sendMedia>;
export type SendOutput = z.infer<typeof sendOutput>;
export type ConnectionOutput = z.infer<typeof connection>;
export type ConnectionsOutput = z.infer<typeof connectionsOutput>;
export type UpdateConnectionInput = z.infer<typeof updateConnectionInput>;
export type DisconnectInput = z.infer<typeof disconnectInput>;
export type DisconnectOutput = z.infer<typeof disconnectOutput>;
export type DeleteInput = z.infer<typeof deleteInput>;
export type DeleteOutput = z.infer<typeof deleteOutput>;
export type ReactInput = z.infer<typeof reactInput>;
export type ReactOutput = z.infer<typeof reactOutput>;
export type ReconcileInput = z.infer<typeof reconcileInput>;
export type ReconcileOutput = z.infer<typeof reconcileOutput>;
export type ErrorOutput = z.infer<typeof errorOutput>;
