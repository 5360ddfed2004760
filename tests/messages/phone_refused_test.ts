/** The recipients that are refused, and what is said of each. */
import assert from "node:assert/strict";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { parseRecipient } from "../../supabase/functions/_shared/wpp/messages/phone.ts";

const AMBIGUOUS: [to: string, country: string, readings: string[]][] = [
  ["491701234567", "DE", ["+491701234567", "+49491701234567"]],
  ["491 701234567", "DE", ["+491701234567", "+49491701234567"]],
  ["22507123456", "DE", ["+22507123456", "+4922507123456"]],
  ["81234567890", "ID", ["+81234567890", "+6281234567890"]],
  ["6591234567", "IN", ["+6591234567", "+916591234567"]],
  ["84951234567", "RU", ["+84951234567", "+74951234567"]],
  ["6592221234", "US", ["+6592221234", "+16592221234"]],
  ["13123456789", "CN", ["+13123456789", "+8613123456789"]],
];
for (const [to, country, readings] of AMBIGUOUS) {
  Deno.test(`parseRecipient names both numbers when "${to}" in ${country} can be two`, () => {
    const problem = problemOf(to, country);
    assert.deepEqual(problem.match(/\+\d+/g), readings);
    assert.match(problem, /begin with \+ and the country code/);
  });
}

const REFUSED: [string, string, string?][] = [
  ["a national number without a default country", "8 912 345-67-89"],
  ["a national number with a trunk 0 without a default country", "0170 1234567"],
  ["digits without a plus or a default country", "79123456789"],
  ["nothing", ""],
  ["spaces", " \t\u00a0 "],
  ["a plus alone", "+"],
  ["a plus and zeros", "+000000000"],
  ["a code that begins with 0", "+0079991112233"],
  ["two plus signs", "++79991112233"],
  ["a plus inside", "7+9991112233", "RU"],
  ["a plus after an international prefix", "00+79991112233", "DE"],
  ["a minus before it", "-79991112233", "RU"],
  ["a word", "hello", "RU"],
  ["a text with a number in it", "call +79123456789 now"],
  ["a number and then a text", "+79123456789 Ivan", "RU"],
  ["two numbers", "+79123456789, +79123456788"],
  ["two numbers on two lines", "8912345\n6789", "RU"],
  ["two numbers with a semicolon", "+79123456789;+79123456788", "RU"],
  ["too few digits", "+7912"],
  ["too many digits", "+79123456789445566"],
  ["16 digits", "+4912345678901234"],
  ["16 digits without a plus", "4912345678901234", "DE"],
  ["a country that does not exist", "+999 123 456 789"],
  ["a trunk 0 where Russia has none", "+7 0991112233"],
  ["a trunk 0 too much where Russia has none", "+7 0 999 111 22 33"],
  ["a trunk 0 where the USA has none", "+1 (0)202 555 0143"],
  ["a trunk 0 where Denmark has none", "+45 020 12 34 56"],
  ["a trunk 0 before an Italian mobile", "+39 0333 1234567"],
  ["a double trunk 0", "+49 00170 1234567"],
  ["a number that is valid neither way", "12345678", "DE"],
  ["an old number of Côte d'Ivoire in national form", "07 12 34 56", "CI"],
  ["an emergency number", "112", "RU"],
  ["an extension", "+1 202-555-0143 ext. 5"],
  ["an extension after a comma", "+1 202-555-0143,5"],
  ["an extension after a hash", "+1 202-555-0143#5"],
  ["a tel: URI with an extension", "tel:+1-202-555-0143;ext=5"],
  ["a tel: URI with a context", "tel:555-0143;phone-context=+1-202", "US"],
  ["a URI in a URI", "tel:tel:+79991112233"],
  ["another URI", "sip:+79991112233"],
  ["a vanity number", "+1-800-FLOWERS"],
  ["letters of another script", "+7999111223З"],
  ["a superscript digit", "+7999111223³"],
  ["a circled digit", "+7999111223③"],
  ["markup", "<script>alert(1)</script>", "RU"],
  ["a NUL", "+7999111\u00002233"],
  ["kilobytes of digits", "+" + "9".repeat(10_000)],
  ["a WhatsApp address", "79123456789@c.us", "RU"],
  ["another WhatsApp address", "+79123456789@s.whatsapp.net", "RU"],
  ["a privacy id", "79123456789@lid", "RU"],
  ["a group", "79123456789-1612345678@g.us", "RU"],
];

for (const [name, to, country] of REFUSED) {
  Deno.test(`parseRecipient refuses the field to when it is given ${name}`, () => {
    const error = refusalOf(to, country);
    assert.deepEqual([error.code, error.status, error.retryable], ["invalid_request", 400, false]);
    assert.deepEqual(Object.keys(error.fields!), ["to"]);
    const told = error.message + error.fields!.to;
    assert.ok(to.trim().length < 4 || !told.includes(to), "the input is echoed");
    assert.match(error.fields!.to, /begin with \+ and the country code/);
  });
}

Deno.test("parseRecipient asks for the international form when no country is configured", () => {
  assert.match(problemOf("12345"), /international form such as \+/);
  assert.match(problemOf("0170 1234567"), /international form such as \+/);
  assert.doesNotMatch(problemOf("12345", "RU"), /international/);
});

Deno.test("parseRecipient asks for the number when it is given an address of WhatsApp", () => {
  for (const server of ["c.us", "s.whatsapp.net", "lid", "g.us"]) {
    assert.match(problemOf(`79991112233@${server}`, "RU"), /not an address of WhatsApp/);
  }
});

Deno.test("parseRecipient asks for a number without letters when there are some", () => {
  assert.match(problemOf("+1-800-FLOWERS"), /without letters or an extension/);
  assert.match(problemOf("tel:+12025550143;ext=5"), /without letters or an extension/);
});

for (const [country, hint] of [["UK", /is GB/], ["EU", /./], ["XX", /./]] as const) {
  Deno.test(`parseRecipient is misconfigured when the default country is ${country}`, () => {
    for (const to of ["+79991112233", "0170 1234567", "nonsense"]) {
      const error = refusalOf(to, country);
      assert.deepEqual([error.code, error.status], ["misconfigured", 500]);
      assert.match(error.message, /WPP_DEFAULT_COUNTRY must be an ISO 3166 country such as DE/);
      assert.match(error.message, hint);
    }
  });
}

function refusalOf(to: string, country?: string): AppError {
  try {
    assert.fail(`gives ${parseRecipient(to, country)}`);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function problemOf(to: string, country?: string): string {
  return refusalOf(to, country).fields!.to;
}
