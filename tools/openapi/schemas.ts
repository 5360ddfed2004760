import { z } from "zod";
import {
  errorOutput,
  FUNCTION_NAMES,
  type FunctionContract,
  type FunctionName,
  FUNCTIONS,
  organizationId,
} from "../../supabase/functions/_shared/wpp/contract.ts";

export type JsonSchema = Record<string, unknown>;

/** The JSON Schema of each input and output, and of errors. Outputs may grow, so they stay open. */
export function componentSchemas(): Record<string, JsonSchema> {
  const schemas = FUNCTION_NAMES.flatMap((name) => {
    const { callers, input, output, patch }: FunctionContract = FUNCTIONS[name];
    // One that users cannot call acts for all organizations, and takes none.
    const taken = callers.includes("user") ? forAllCallers(input) : input;
    return [
      [schemaName(name, "Input"), jsonSchema(taken)],
      [schemaName(name, "Output"), jsonSchema(output)],
      ...(patch
        ? [
          [schemaName(name, "PatchInput"), jsonSchema(forAllCallers(patch.input))],
          [schemaName(name, "PatchOutput"), jsonSchema(patch.output)],
        ]
        : []),
    ];
  });
  return { ...Object.fromEntries(schemas), Error: jsonSchema(errorOutput) };
}

/** With the field that the project's own server sends, and users do not. */
function forAllCallers(input: z.ZodObject): z.ZodObject {
  return input.safeExtend({ organizationId: organizationId.optional() }).meta(input.meta() ?? {});
}

type Kind = "Input" | "Output" | "PatchInput" | "PatchOutput";

/** `SendInput` for `wpp-send`. */
export function schemaName(name: FunctionName, kind: Kind): string {
  const words = name.replace(/^wpp-/, "").split("-");
  return words.map((word) => word[0].toUpperCase() + word.slice(1)).join("") + kind;
}

export function reference(name: string): JsonSchema {
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
