import { z } from "../deps/zod.ts";
import { connectionName, connectionStatus, integrationId, sessionId } from "./fields.ts";
import { COMMON_ERRORS, type FunctionContract, USERS_AND_SERVERS } from "./function_contract.ts";

/** A connection as members of its organization see it. */
export const connection = z.object({
  integrationId,
  session: z.string(),
  name: z.string().nullable(),
  status: connectionStatus.meta({ description: "As last seen. wpp-status asks the platform." }),
  isPrimary: z.boolean().meta({ description: "Whether calls without a session use it." }),
  phone: z.string().nullable().meta({ description: "In E.164 form, where known." }),
  createdAt: z.iso.datetime({ offset: true }),
  webhook: z.object({
    registeredAt: z.iso.datetime({ offset: true }).nullable(),
    lastEventAt: z.iso.datetime({ offset: true }).nullable(),
  }),
});
export const connectionsInput = z.strictObject({});
export const connectionsOutput = z.object({ connections: z.array(connection) });
export const updateConnectionInput = z.strictObject({
  session: sessionId.meta({ description: "The connection to change." }),
  name: connectionName.optional(),
  isPrimary: z.literal(true, { error: "Must be true: make another connection primary instead" })
    .optional().meta({
      description: "Makes it the primary connection, in place of the present one.",
    }),
}).superRefine(({ name, isPrimary }, ctx) => {
  if (name !== undefined || isPrimary !== undefined) return;
  ctx.addIssue({ code: "custom", path: ["name"], message: "Give name, isPrimary or both" });
}).meta({
  anyOf: ["name", "isPrimary"].map((field) => ({ properties: { [field]: {} }, required: [field] })),
});

export const connectionsFunction = {
  name: "wpp-connections",
  summary: "The organization's connections",
  methods: ["GET", "PATCH"],
  callers: USERS_AND_SERVERS,
  input: connectionsInput,
  output: connectionsOutput,
  successes: { 200: "The connections, disconnected ones included, the primary one first." },
  errors: [...COMMON_ERRORS, "integration_not_found"],
  patch: {
    summary: "Rename a connection, or make it the primary one",
    input: updateConnectionInput,
    output: connection,
    successes: { 200: "The connection as it is now." },
  },
} as const satisfies FunctionContract;

export type ConnectionOutput = z.infer<typeof connection>;
export type ConnectionsOutput = z.infer<typeof connectionsOutput>;
export type UpdateConnectionInput = z.infer<typeof updateConnectionInput>;
