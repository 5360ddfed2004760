import { z } from "../deps/zod.ts";
import {
  CONNECTION_ERRORS,
  type FunctionContract,
  USERS_AND_SERVERS,
} from "./function_contract.ts";

export const deleteInput = z.strictObject({
  messageId: z.uuid().meta({ description: "The messageId of wpp-send." }),
});
export const deleteOutput = z.object({
  messageId: z.uuid(),
  deletedAt: z.iso.datetime({ offset: true }),
});

export const deleteFunction = {
  name: "wpp-delete",
  summary: "Delete a message that was sent, for everyone",
  methods: ["POST"],
  callers: USERS_AND_SERVERS,
  input: deleteInput,
  output: deleteOutput,
  successes: { 200: "Deleted, now or before." },
  errors: [...CONNECTION_ERRORS, "message_not_found", "message_not_addressable"],
} as const satisfies FunctionContract;

export type DeleteInput = z.infer<typeof deleteInput>;
export type DeleteOutput = z.infer<typeof deleteOutput>;
