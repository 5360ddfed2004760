/** The controls about webhooks and what comes to them: what the fields of each may hold. */
import { z } from "zod";
import { SAMPLE_KINDS } from "./samples.ts";
import { EVENT_FORMS, type EventSettings, RECEIPTS } from "./event_settings.ts";

const DIGITS = z.string().regex(/^\+?\d{5,20}$/, "must be digits, with or without +");
const SHARE = z.number().min(0).max(1);
/** Left out, it is the session that was created last. */
const SESSION = z.strictObject({ session: z.string().optional() });

const MEDIA = z.strictObject({
  mimetype: z.string(),
  filename: z.string().optional(),
  base64: z.string().optional(),
  url: z.string().optional(),
});

const WRITTEN = SESSION.extend({
  messageId: z.string().optional(),
  timestamp: z.number().optional(),
});

export const INCOMING = WRITTEN.extend({
  from: DIGITS.optional(),
  text: z.string().optional(),
  kind: z.string().min(1).optional(),
  picture: z.literal(true).optional(),
  media: z.union([z.enum(SAMPLE_KINDS), MEDIA]).optional(),
  by: z.enum(["base64", "url"]).optional(),
  caption: z.string().optional(),
  name: z.string().optional(),
  group: DIGITS.optional(),
  lid: DIGITS.optional(),
});
export const PHONE_WRITES = WRITTEN.extend({ to: DIGITS, text: z.string() });
export const REACTION = SESSION.extend({ messageId: z.string(), emoji: z.string() });
export const DELETION = SESSION.extend({ messageId: z.string() });

/** The settings that may be changed while the simulator runs; those left out stay as they are. */
export const EVENT_SETTINGS = z.strictObject({
  eventForm: z.enum(EVENT_FORMS),
  receiptsUpTo: z.enum(["none", ...RECEIPTS]),
  receiptsById: z.enum(["task", "wa"]),
  eventRetries: z.int().min(0).max(1000),
  eventRetryDelay: z.number().min(0).max(3600),
  eventTimeout: z.number().min(0.001).max(3600),
  eventDoubles: SHARE,
  eventReorders: SHARE,
  eventDrops: SHARE,
  webhookUnsupported: z.boolean(),
  removesReactions: z.boolean(),
}).partial() satisfies z.ZodType<Partial<EventSettings>>;
