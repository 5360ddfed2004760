import { z } from "../deps/zod.ts";
import { COMMON_ERRORS, type FunctionContract } from "./function_contract.ts";

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

export const reconcileFunction = {
  name: "wpp-reconcile",
  summary: "Do what is due: for a cron to call",
  methods: ["POST"],
  callers: ["server"],
  input: reconcileInput,
  output: reconcileOutput,
  successes: { 200: "Done, or begun: see more." },
  errors: COMMON_ERRORS,
} as const satisfies FunctionContract;

export type ReconcileInput = z.infer<typeof reconcileInput>;
export type ReconcileOutput = z.infer<typeof reconcileOutput>;
