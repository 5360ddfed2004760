import assert from "node:assert/strict";
import type * as plain from "../../client/contract.ts";
import type * as zod from "../../supabase/functions/_shared/wpp/contract.ts";
import { typeOf, TYPES_FILE, typesText } from "../../tools/client/types.ts";

Deno.test("contract.ts of the client is what `deno task client:types` writes", async () => {
  const text = await Deno.readTextFile(TYPES_FILE);
  assert.ok(
    text === await typesText(),
    "client/contract.ts is stale: run `deno task client:types`",
  );
});

/** `true` where each type can stand for the other: a false one is an error of the type checker. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;

Deno.test("contract.ts of the client has the types that zod has", () => {
  const isSame: true[] = [
    true satisfies Same<plain.CreateInput, zod.CreateInput>,
    true satisfies Same<plain.CreateOutput, zod.CreateOutput>,
    true satisfies Same<plain.QrInput, zod.QrInput>,
    true satisfies Same<plain.QrOutput, zod.QrOutput>,
    true satisfies Same<plain.StatusInput, zod.StatusInput>,
    true satisfies Same<plain.StatusOutput, zod.StatusOutput>,
    true satisfies Same<plain.SendInput, zod.SendInput>,
    true satisfies Same<plain.SendOutput, zod.SendOutput>,
    true satisfies Same<plain.ErrorOutput, zod.ErrorOutput>,
    true satisfies Same<plain.FunctionName, zod.FunctionName>,
  ];
  assert.ok(isSame.every(Boolean));
});

Deno.test("typeOf writes a schema as TypeScript", () => {
  const cases = [
    [{ type: "integer" }, "number"],
    [{ enum: ["a", "b"] }, '"a" | "b"'],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, "string | null"],
    [{ type: "array", items: { anyOf: [{ const: 1 }, { const: 2 }] } }, "Array<1 | 2>"],
    [{ type: "object", additionalProperties: { type: "string" } }, "Record<string, string>"],
    [
      { type: "object", required: ["a"], properties: { a: { const: 1 }, b: { type: "boolean" } } },
      "{\na: 1;\nb?: boolean | undefined;\n}",
    ],
  ] as const;
  for (const [schema, written] of cases) assert.equal(typeOf(schema, "Input"), written);
  assert.equal(typeOf(cases[5][0], "Output"), "{\na: 1;\nb?: boolean;\n}");
  assert.throws(() => typeOf({ $ref: "#/x" }, "Input"), /Not known how to write/);
});
