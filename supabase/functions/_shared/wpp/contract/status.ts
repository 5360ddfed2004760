import { z } from "../deps/zod.ts";
import { connectionStatus, sessionId } from "./fields.ts";
import {
  CONNECTION_ERRORS,
  type FunctionContract,
  USERS_AND_SERVERS,
} from "./function_contract.ts";

export const statusInput = z.strictObject({ session: sessionId.optional() });
export const statusOutput = z.object({
  session: z.string(),
  status: connectionStatus,
  providerStatus: z.string().meta({ description: "WPP Platform's own word." }),
  checkedAt: z.iso.datetime(),
});

export const statusFunction = {
  name: "wpp-status",
  summary: "How the connection stands",
  methods: ["GET", "POST"],
  callers: USERS_AND_SERVERS,
  input: statusInput,
  output: statusOutput,
  successes: { 200: "The status." },
  errors: CONNECTION_ERRORS,
} as const satisfies FunctionContract;

export type StatusInput = z.infer<typeof statusInput>;
export type StatusOutput = z.infer<typeof statusOutput>;
