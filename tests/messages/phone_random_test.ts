/** Any text as a recipient: it becomes a number, or it is refused. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { parseRecipient } from "../../supabase/functions/_shared/wpp/messages/phone.ts";
import { normalizePhone } from "../../supabase/functions/_shared/wpp/platform/phone_canonical.ts";

const COUNTRIES = [
  undefined,
  ..."DE RU BR MX AR US GB IT FR IN ID NG CI BJ KZ SG DK NO".split(" "),
];
const writings = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."0123456789+-. ()/;,@x\u00a0٣７"), maxLength: 24 }),
  fc.tuple(
    fc.constantFrom(
      "",
      "+",
      "00",
      "0",
      "011",
      "8",
      "+49",
      "+7",
      "55",
      "+52",
      "54",
      "+225",
      "39",
      "1",
    ),
    fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 4, maxLength: 15 }),
  ).map((parts) => parts.join("")),
);

Deno.test("parseRecipient gives a canonical number or invalid_request when given any text", () => {
  let numbers = 0;
  fc.assert(
    fc.property(writings, fc.constantFrom(...COUNTRIES), (to, country) => {
      let number: string;
      try {
        number = parseRecipient(to, country);
      } catch (error) {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, Object.keys(error.fields!)], ["invalid_request", ["to"]]);
        return;
      }
      numbers++;
      assert.match(number, /^\+[1-9]\d{6,14}$/);
      assert.equal(normalizePhone(number), number);
      assert.equal(parseRecipient(number), number);
      assert.equal(parseRecipient(number, country), number);
    }),
    { numRuns: 5_000 },
  );
  assert.ok(numbers > 100, `${numbers} numbers`);
});
