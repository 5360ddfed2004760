import { z } from "../deps/zod.ts";
import { type ErrorCode, ERRORS } from "../errors.ts";

/** What every function answers to a call that failed. */
export const errorOutput = z.object({
  error: z.object({
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    retryable: z.boolean(),
    requestId: z.uuid(),
    fields: z.record(z.string(), z.string()).optional(),
  }),
});
export type ErrorOutput = z.infer<typeof errorOutput>;
