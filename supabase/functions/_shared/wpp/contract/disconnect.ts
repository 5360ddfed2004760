import { z } from "../deps/zod.ts";
import { integrationId, sessionId } from "./fields.ts";
import { type FunctionContract, PLATFORM_ERRORS, USERS_AND_SERVERS } from "./function_contract.ts";

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

export const disconnectFunction = {
  name: "wpp-disconnect",
  summary: "Disconnect a number",
  methods: ["POST"],
  callers: USERS_AND_SERVERS,
  input: disconnectInput,
  output: disconnectOutput,
  successes: { 200: "Disconnected, now or before." },
  errors: [...PLATFORM_ERRORS, "integration_not_found", "creation_in_progress"],
} as const satisfies FunctionContract;

export type DisconnectInput = z.infer<typeof disconnectInput>;
export type DisconnectOutput = z.infer<typeof disconnectOutput>;
