import { z } from "zod";
import * as contract from "../../supabase/functions/_shared/wpp/contract.ts";

export type JsonSchema = Record<string, unknown>;

/** The contract's schemas under the names that the document gives them. */
export const SCHEMAS = {
  CreateInput: contract.createInput,
  CreateOutput: contract.createOutput,
  QrInput: contract.qrInput,
  QrOutput: contract.qrOutput,
  StatusInput: contract.statusInput,
  StatusOutput: contract.statusOutput,
  SendInput: contract.sendInput,
  SendOutput: contract.sendOutput,
  Error: contract.errorOutput,
} satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof SCHEMAS;

/** The JSON Schema of each. Answers may get further fields later, so theirs stay open. */
export function componentSchemas(): Record<SchemaName, JsonSchema> {
  const entries = Object.entries(SCHEMAS).map(([name, schema]) => [name, jsonSchema(schema)]);
  return Object.fromEntries(entries);
}

export function reference(name: SchemaName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      // zod's name for startsWith is no format of JSON Schema; the pattern says it.
      if (jsonSchema.format === "starts_with") delete jsonSchema.format;
      // Well-known formats need no pattern, and zod's are long.
      if (jsonSchema.format) delete jsonSchema.pattern;
    },
  });
  return rest;
}
