import assert from "node:assert/strict";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { parseRecipient } from "../../supabase/functions/_shared/wpp/messages/phone.ts";

const ACCEPTED: [string, string | undefined, string][] = [
  ["+79991112233", undefined, "+79991112233"],
  ["+7 (999) 111-22-33", undefined, "+79991112233"],
  [" +7.999.111.22.33 ", undefined, "+79991112233"],
  ["+７９９９１１１２２３３", undefined, "+79991112233"],
  ["+7\u00a0999\u00a0111\u201122\u201133", undefined, "+79991112233"],
  ["\u202a+79991112233\u202c", undefined, "+79991112233"],
  ["+44 (0)20 7946 0018", undefined, "+442079460018"],
  ["+1 202-555-0143", "RU", "+12025550143"],
  ["8 (999) 111-22-33", "RU", "+79991112233"],
  ["999 111-22-33", "RU", "+79991112233"],
  ["79991112233", "RU", "+79991112233"],
  ["8~10 44 20 7946 0018", "RU", "+442079460018"],
  ["(202) 555-0143", "US", "+12025550143"],
  ["011 44 20 7946 0018", "US", "+442079460018"],
  ["0171 2345678", "DE", "+491712345678"],
];

for (const [to, country, expected] of ACCEPTED) {
  Deno.test(`parseRecipient gives ${expected} when it is given "${to}" in ${country}`, () => {
    assert.equal(parseRecipient(to, country), expected);
  });
}

const REFUSED: [string, string, string?][] = [
  ["a national number without a default country", "8 912 345-67-89"],
  ["digits without a plus or a default country", "79123456789"],
  ["nothing", ""],
  ["a plus alone", "+"],
  ["a word", "hello", "RU"],
  ["a text with a number in it", "call +79123456789 now"],
  ["a number and then a text", "+79123456789 Ivan", "RU"],
  ["two numbers", "+79123456789, +79123456788"],
  ["too few digits", "+7912"],
  ["too many digits", "+79123456789445566"],
  ["a country that does not exist", "+999 123 456 789"],
  ["an emergency number", "112", "RU"],
  ["an extension", "+1 202-555-0143 ext. 5"],
  ["markup", "<script>alert(1)</script>", "RU"],
  ["a NUL", "+7999111\u00002233"],
  ["kilobytes of digits", "+" + "9".repeat(10_000)],
  ["a WhatsApp address", "79123456789@c.us", "RU"],
];

for (const [name, to, country] of REFUSED) {
  Deno.test(`parseRecipient refuses the field to when it is given ${name}`, () => {
    assert.throws(() => parseRecipient(to, country), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.status, error.retryable], [
        "invalid_request",
        400,
        false,
      ]);
      assert.deepEqual(Object.keys(error.fields!), ["to"]);
      const shown = error.message + error.fields!.to;
      assert.ok(to.length < 4 || !shown.includes(to), "the input is echoed");
      return true;
    });
  });
}

Deno.test("parseRecipient asks for the international form when no country is configured", () => {
  const hintOf = (country?: string) => {
    try {
      return parseRecipient("12345", country);
    } catch (error) {
      return (error as AppError).fields!.to;
    }
  };
  assert.match(hintOf(), /international form such as \+/);
  assert.doesNotMatch(hintOf("RU"), /international/);
});
