import { z } from "../deps/zod.ts";
import { connectionName, connectionStatus, integrationId, sessionId } from "./fields.ts";
import { type FunctionContract, PLATFORM_ERRORS, USERS_AND_SERVERS } from "./function_contract.ts";

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

export const createFunction = {
  name: "wpp-create",
  summary: "Connect the organization to WhatsApp",
  methods: ["POST"],
  callers: USERS_AND_SERVERS,
  input: createInput,
  output: createOutput,
  successes: { 201: "Created.", 200: "It was there already." },
  errors: [
    ...PLATFORM_ERRORS,
    "creation_in_progress",
    "integration_not_found",
    "not_supported",
  ],
} as const satisfies FunctionContract;

export type CreateInput = z.infer<typeof createInput>;
export type CreateOutput = z.infer<typeof createOutput>;
