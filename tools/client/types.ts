/**
 * `deno task client:types`: writes the contract as plain TypeScript to `client/contract.ts`, and the
 * database's rows to `client/rows.ts`.
 */
import {
  FUNCTION_NAMES,
  type FunctionContract,
  FUNCTIONS,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import { ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { componentSchemas, type JsonSchema, schemaName } from "../openapi/schemas.ts";
import { ROWS_FILE, rowsText } from "./rows.ts";
import { comment, formatted } from "./text.ts";

const KINDS = ["Input", "Output", "PatchInput", "PatchOutput"] as const;

export const TYPES_FILE = new URL("../../client/contract.ts", import.meta.url);

/** The file's text, as `deno fmt` leaves it. */
export async function typesText(): Promise<string> {
  const head =
    "/**\n * What the functions take and answer. Written by `deno task client:types` from\n" +
    " * supabase/functions/_shared/wpp/contract.ts: change it there.\n */\n";
  return await formatted([head, functions(), ...shapes(), errors()].join("\n"));
}

/** Each function's input and output, by its name. */
function functions(): string {
  const rows = FUNCTION_NAMES.map((name) => {
    const { summary, methods, patch } = FUNCTIONS[name] as FunctionContract;
    const [input, output] = [schemaName(name, "Input"), schemaName(name, "Output")];
    const others = methods.filter((method) => !patch || method !== "PATCH");
    const doc = `${summary}; by ${others.join(" or ")}.`;
    const changes = patch
      ? ` ${comment(`${patch.summary}; by PATCH.`)}patch: { input: ${
        schemaName(name, "PatchInput")
      }; output: ${schemaName(name, "PatchOutput")} };`
      : "";
    return `${comment(doc)}"${name}": { input: ${input}; output: ${output};${changes} };`;
  });
  return `${comment("What each function takes and answers.")}export interface WppFunctions {\n` +
    `${rows.join("\n")}\n}\n\nexport type FunctionName = keyof WppFunctions;\n`;
}

function shapes(): string[] {
  const schemas = componentSchemas();
  return FUNCTION_NAMES.flatMap((name) =>
    KINDS.filter((kind) => schemaName(name, kind) in schemas).map((kind) => {
      const typeName = schemaName(name, kind);
      const { type, properties = {} } = schemas[typeName];
      const isObject = type === "object" && Object.keys(properties as object).some(isOfClient);
      const shape = typeOf(schemas[typeName], kind.endsWith("Input") ? "Input" : "Output");
      return isObject
        ? `export interface ${typeName} ${shape}\n`
        : `export type ${typeName} = ${shape};\n`;
    })
  );
}

function errors(): string {
  const codes = Object.entries(ERRORS).map(([code, { message }]) =>
    `${comment(message)}| ${JSON.stringify(code)}`
  );
  return `${comment("Why a function refuses a call.")}export type ErrorCode =\n${
    codes.join("\n")
  };\n` +
    `\n${comment("The answer of a call that failed.")}export interface ErrorOutput ` +
    typeOf(componentSchemas().Error, "Output").replace(/(\bcode:)[^;]+/, "$1 ErrorCode") + "\n";
}

/**
 * The TypeScript of a JSON Schema.
 *
 * @throws Error for what no shape of the contract has had so far.
 */
export function typeOf(schema: JsonSchema, kind: "Input" | "Output"): string {
  const alternatives = (schema.oneOf ?? schema.anyOf) as JsonSchema[] | undefined;
  // Beside the fields of an object they are rules about them, which no type says.
  if (alternatives && schema.type !== "object") {
    return alternatives.map((one) => typeOf(one, kind)).join(" | ");
  }
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return (schema.enum as unknown[]).map((one) => JSON.stringify(one)).join(" | ");
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type }, kind)).join(" | ");
  }
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return `Array<${typeOf(schema.items as JsonSchema, kind)}>`;
    case "object":
      return objectType(schema, kind);
  }
  throw new Error(`Not known how to write ${JSON.stringify(schema)} in TypeScript`);
}

function objectType(schema: JsonSchema, kind: "Input" | "Output"): string {
  const required = (schema.required ?? []) as string[];
  const properties = Object.entries(schema.properties ?? {})
    .filter(([name]) => isOfClient(name));
  const fields = properties.map(([name, field]) => {
    const isRequired = required.includes(name);
    // A caller may well pass `undefined` for what is left out; JSON has none, so answers hold none.
    const orUndefined = !isRequired && kind === "Input" ? " | undefined" : "";
    const { description } = field as JsonSchema;
    return `${comment(description)}${name}${isRequired ? "" : "?"}: ${
      typeOf(field, kind)
    }${orUndefined};`;
  });
  if (fields.length === 0 && typeof schema.additionalProperties === "object") {
    return `Record<string, ${typeOf(schema.additionalProperties as JsonSchema, kind)}>`;
  }
  return fields.length === 0 ? "Record<string, never>" : `{\n${fields.join("\n")}\n}`;
}

/** The client itself sends the organization, where it acts for the project's own server. */
function isOfClient(field: string): boolean {
  return field !== "organizationId";
}

if (import.meta.main) {
  await Deno.writeTextFile(TYPES_FILE, await typesText());
  await Deno.writeTextFile(ROWS_FILE, await rowsText());
}
