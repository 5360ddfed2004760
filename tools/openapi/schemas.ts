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

/**
 * The JSON Schema of each. Those of answers allow unknown fields, because later versions may add
 * some.
 */
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
      // zod writes `startsWith` as a format, which JSON Schema does not know, and as a pattern.
      if (jsonSchema.format === "starts_with") delete jsonSchema.format;
      // A format that JSON Schema knows needs no pattern beside it, and zod's are long.
      if (jsonSchema.format) delete jsonSchema.pattern;
    },
  });
  return rest;
}
