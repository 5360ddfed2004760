/** Fields that several functions of the contract have. */
import { z } from "../deps/zod.ts";

/**
 * A character that shows. Others are white space, controls, and letters that are drawn as nothing. One
 * that this runtime does not know yet may be a new emoji, and counts as shown.
 */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/u;

/** Length as a person counts it: an emoji outside the basic plane is one character, not two. */
export function characters(max: number) {
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
export const integrationId = z.guid();

export const connectionName = characters(100).meta({ description: "A name to show." });

/** The organization, which a caller names who is the project's own server. */
export const organizationId = z.string().min(1).meta({
  description:
    "Only from the project's own server, by its secret key: the organization to act for.",
});
