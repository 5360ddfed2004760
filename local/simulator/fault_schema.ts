import { z } from "zod";
import type { Fault } from "./faults.ts";

/** The longest that a timer waits: a longer one would end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const DURATION_MS = z.number().min(0).max(MAX_TIMER_MS);
const STATUS = z.int().min(200).max(599);

const KINDS = [
  z.strictObject({
    kind: z.literal("respond"),
    status: STATUS,
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    execute: z.boolean().optional(),
  }).refine(
    ({ status, body, headers }) => isAnswer(status, body, headers),
    "no answer can have this status together with these headers and this body",
  ),
  z.strictObject({
    kind: z.literal("delay"),
    ms: DURATION_MS,
    then: z.lazy(() => FAULT).optional(),
  }),
  z.strictObject({ kind: z.literal("hang") }),
  z.strictObject({
    kind: z.literal("reset"),
    when: z.enum(["before", "after"]),
    execute: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal("slow-body"), ms: DURATION_MS }),
  z.strictObject({ kind: z.literal("endless-body") }),
  z.strictObject({ kind: z.literal("html"), status: STATUS }).refine(
    ({ status }) => isAnswer(status, "<html>"),
    "an answer of this status has no body",
  ),
  z.strictObject({ kind: z.literal("empty"), status: STATUS }),
  z.strictObject({ kind: z.literal("truncated") }),
  z.strictObject({ kind: z.literal("wrong-shape"), body: z.json() }),
  z.strictObject({ kind: z.literal("unsuccessful") }),
  z.strictObject({ kind: z.literal("status-error") }),
] as const;

/** A fault that came as JSON, such as from curl. Fields of another kind are refused. */
export const FAULT: z.ZodType<Fault> = z.discriminatedUnion("kind", KINDS, {
  error: `must be an object whose kind is ${KINDS.map(({ shape }) => shape.kind.value).join(", ")}`,
});

/** Whether `Response` accepts these: it refuses a 204 with a body, and headers with line breaks. */
function isAnswer(status: number, body: unknown, headers?: Record<string, string>): boolean {
  try {
    new Response(body === undefined ? null : "", { status, headers });
    return true;
  } catch {
    return false;
  }
}
