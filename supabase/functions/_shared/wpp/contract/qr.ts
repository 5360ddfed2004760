import { z } from "../deps/zod.ts";
import { sessionId } from "./fields.ts";
import {
  CONNECTION_ERRORS,
  type FunctionContract,
  USERS_AND_SERVERS,
} from "./function_contract.ts";

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

export const qrFunction = {
  name: "wpp-qr",
  summary: "The QR code to scan",
  methods: ["GET", "POST"],
  callers: USERS_AND_SERVERS,
  input: qrInput,
  output: qrOutput,
  successes: {
    200: "The code to show, or `connected` when nothing is left to scan.",
    202: "No code yet: ask again after `Retry-After`.",
  },
  errors: CONNECTION_ERRORS,
} as const satisfies FunctionContract;

export type QrInput = z.infer<typeof qrInput>;
export type QrOutput = z.infer<typeof qrOutput>;
