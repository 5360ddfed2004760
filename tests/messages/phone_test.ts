import fc from "fast-check";
import assert from "node:assert/strict";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { parseRecipient } from "../../supabase/functions/_shared/wpp/messages/phone.ts";
import { normalizePhone } from "../../supabase/functions/_shared/wpp/platform/phone_canonical.ts";
import { FUNCTIONS_FOLDER, readModules } from "../support/modules.ts";

const ACCEPTED: [string, string | undefined, string][] = [
  // With a plus
  ["+79991112233", undefined, "+79991112233"],
  ["+1 202-555-0143", "RU", "+12025550143"],
  ["+7 999 000 00 00", "DE", "+79990000000"],
  ["+1 555 555 5555", undefined, "+15555555555"], // possible, not valid
  ["+800 1234 5678", undefined, "+80012345678"],
  // A trunk prefix after the country code
  ["+44 (0)20 7946 0018", undefined, "+442079460018"],
  ["+49 0170 1234567", undefined, "+491701234567"],
  ["+49 (0) 170 1234567", undefined, "+491701234567"],
  ["0049 0170 1234567", undefined, "+491701234567"],
  ["+33 (0)6 12 34 56 78", undefined, "+33612345678"],
  ["+234 0803 123 4567", undefined, "+2348031234567"],
  ["+62 0812-3456-7890", undefined, "+6281234567890"],
  ["+7 8 999 111 22 33", undefined, "+79991112233"],
  ["+36 06 20 123 4567", undefined, "+36201234567"],
  ["+39 06 1234 5678", undefined, "+390612345678"],
  ["+39 333 123 4567", undefined, "+393331234567"],
  ["+378 0549 886377", undefined, "+3780549886377"],
  // An international prefix
  ["0079991112233", undefined, "+79991112233"],
  ["00 49 170 1234567", "US", "+491701234567"],
  ["00 225 07 12 34 56", undefined, "+22507123456"],
  ["00 1 555 555 5555", "DE", "+15555555555"],
  ["011 44 20 7946 0018", "US", "+442079460018"],
  ["011 52 1 55 1234 5678", "US", "+525512345678"],
  ["8~10 44 20 7946 0018", "RU", "+442079460018"],
  ["011 225 07 12 34 56", "US", "+22507123456"],
  ["8 10 49 170 1234567", "RU", "+491701234567"],
  ["010 1 202 555 0143", "JP", "+12025550143"],
  ["0011 44 20 7946 0018", "AU", "+442079460018"],
  ["00 21 44 20 7946 0018", "BR", "+442079460018"],
  // The digits of WhatsApp, of one's own country and of others
  ["79991112233", "RU", "+79991112233"],
  ["79991112233", "DE", "+79991112233"],
  ["79991112233", "IT", "+79991112233"],
  ["491701234567", "RU", "+491701234567"],
  ["491701234567", "US", "+491701234567"],
  ["5511912345678", "BR", "+5511912345678"],
  ["12025550143", "US", "+12025550143"],
  ["12025550143", "BR", "+12025550143"],
  ["5215512345678", "MX", "+525512345678"],
  ["525512345678", "MX", "+525512345678"],
  ["541112345678", "AR", "+5491112345678"],
  ["5491112345678", "AR", "+5491112345678"],
  ["447911123456", "GB", "+447911123456"],
  ["393331234567", "IT", "+393331234567"],
  ["390612345678", "IT", "+390612345678"],
  ["33612345678", "FR", "+33612345678"],
  ["919876543210", "IN", "+919876543210"],
  ["6281234567890", "ID", "+6281234567890"],
  ["2348031234567", "NG", "+2348031234567"],
  ["22507123456", "CI", "+22507123456"],
  ["2250707123456", "CI", "+2250707123456"],
  ["22997123456", "BJ", "+22997123456"],
  ["77011234567", "KZ", "+77011234567"],
  ["6591234567", "SG", "+6591234567"],
  ["4520123456", "DK", "+4520123456"],
  ["4791234567", "NO", "+4791234567"],
  // National, with a trunk prefix
  ["0171 2345678", "DE", "+491712345678"],
  ["01712345678", "DE", "+491712345678"],
  ["8 (999) 111-22-33", "RU", "+79991112233"],
  ["8 701 123 4567", "KZ", "+77011234567"],
  ["0 11 91234-5678", "BR", "+5511912345678"],
  ["0 15 11 91234-5678", "BR", "+5511912345678"],
  ["044 55 1234 5678", "MX", "+525512345678"],
  ["01 55 1234 5678", "MX", "+525512345678"],
  ["011 15 1234-5678", "AR", "+5491112345678"],
  ["011 1234-5678", "AR", "+5491112345678"],
  ["07911 123456", "GB", "+447911123456"],
  ["06 12 34 56 78", "FR", "+33612345678"],
  ["098765 43210", "IN", "+919876543210"],
  ["0812-3456-7890", "ID", "+6281234567890"],
  ["0803 123 4567", "NG", "+2348031234567"],
  ["1 (202) 555-0143", "US", "+12025550143"],
  // National, without one
  ["999 111-22-33", "RU", "+79991112233"],
  ["9261234567", "RU", "+79261234567"], // Multan in Pakistan, were it international
  ["7011234567", "KZ", "+77011234567"],
  ["1701234567", "DE", "+491701234567"],
  ["11 91234 5678", "BR", "+5511912345678"],
  ["34912345678", "BR", "+5534912345678"], // Madrid
  ["79912345678", "BR", "+5579912345678"], // Russia
  ["51912345678", "BR", "+5551912345678"], // Peru
  ["51 912345678", "BR", "+5551912345678"],
  ["11 8123-4567", "BR", "+5511981234567"],
  ["11 3123-4567", "BR", "+551131234567"],
  ["55 1234 5678", "MX", "+525512345678"],
  ["11 1234-5678", "AR", "+5491112345678"],
  ["91112345678", "AR", "+5491112345678"],
  ["(202) 555-0143", "US", "+12025550143"],
  ["2025550143", "US", "+12025550143"],
  ["6465551234", "US", "+16465551234"], // New Zealand
  ["3235551234", "US", "+13235551234"], // Antwerp
  ["06 1234 5678", "IT", "+390612345678"],
  ["333 123 4567", "IT", "+393331234567"],
  ["98765 43210", "IN", "+919876543210"],
  ["8031234567", "NG", "+2348031234567"],
  ["07 07 12 34 56", "CI", "+2250707123456"],
  ["01 97 12 34 56", "BJ", "+2290197123456"],
  ["9123 4567", "SG", "+6591234567"],
  ["20 12 34 56", "DK", "+4520123456"],
  ["43123456", "DK", "+4543123456"], // Vienna
  ["412 34 567", "NO", "+4741234567"],
  ["90123456", "NO", "+4790123456"],
  // Both ways, but the groups tell
  ["49 170 1234567", "DE", "+491701234567"],
  ["0491 701234567", "DE", "+49491701234567"],
  ["8 495 1234567", "RU", "+74951234567"],
  ["(659) 222-1234", "US", "+16592221234"],
  ["65 9222 1234", "US", "+6592221234"],
  ["51 91234-5678", "BR", "+5551912345678"],
  ["51 912 345 678", "BR", "+51912345678"],
  ["79 912345678", "BR", "+5579912345678"],
  ["131 2345 6789", "CN", "+8613123456789"],
];

for (const [to, country, expected] of ACCEPTED) {
  Deno.test(`parseRecipient gives ${expected} when it is given "${to}" in ${country}`, () => {
    assert.equal(parseRecipient(to, country), expected);
  });
}

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

const AREA_CODES =
  "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 " +
  "46 47 48 49 51 53 54 55 61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 " +
  "89 91 92 93 94 95 96 97 98 99";
for (const areaCode of AREA_CODES.split(" ")) {
  Deno.test(`parseRecipient takes mobiles of ${areaCode} when Brazil is the country`, () => {
    for (const written of ["91234 5678", "96123-4567", "98765-4321", "99876 5432"]) {
      const expected = `+55${areaCode}${written.replace(/\D/, "")}`;
      assert.equal(parseRecipient(`${areaCode}${written}`, "BR"), expected);
      assert.equal(parseRecipient(`${areaCode} ${written}`, "BR"), expected);
      assert.equal(parseRecipient(`(${areaCode}) ${written}`, "BR"), expected);
      assert.equal(parseRecipient(`0${areaCode} ${written}`, "BR"), expected);
      assert.equal(parseRecipient(`+55 ${areaCode} ${written}`), expected);
      assert.equal(parseRecipient(`55${areaCode}${written}`, "BR"), expected);
    }
  });
}

const WRITINGS: [what: string, to: string][] = [
  ["spaces around it", "  +79991112233 "],
  ["a line break after it", "+79991112233\r\n"],
  ["no-break spaces", "+7\u00a0999\u202f111\u00a022\u00a033"],
  ["thin, figure and hair spaces", "+7\u2009999\u2007111\u200a22\u205f33"],
  ["ideographic spaces", "+7\u3000999\u3000111\u300022\u300033"],
  ["tabs", "+7\t999\t111\t22\t33"],
  ["ASCII hyphens", "+7-999-111-22-33"],
  ["Unicode hyphens and dashes", "+7\u2010999\u2011111\u201322\u201433"],
  ["minus signs and bars", "+7\u2212999\u2015111\u201222\ufe5833"],
  ["full-width hyphens and long vowel signs", "+7\uff0d999\u30fc111\uff0d22\ufe6333"],
  ["soft hyphens", "+7\u00ad999\u00ad1112233"],
  ["dots", "+7.999.111.22.33"],
  ["full-width and middle dots", "+7\uff0e999\u00b7111\uff0e22\u202733"],
  ["slashes", "+7/999/111/22/33"],
  ["full-width and division slashes", "+7\uff0f999\u2215111\u204422/33"],
  ["parentheses", "+7 (999) 111-22-33"],
  ["parentheses around the code", "(+7) 999 111-22-33"],
  ["parentheses after the plus", "+(7) 999 111-22-33"],
  ["full-width parentheses", "+7\uff08999\uff09111-22-33"],
  ["brackets", "[+7] 999 111-22-33"],
  ["a full-width plus and digits", "＋７９９９１１１２２３３"],
  ["a small plus", "﹢79991112233"],
  ["Arabic-Indic digits", "+٧٩٩٩١١١٢٢٣٣"],
  ["Persian digits", "+۷۹۹۹۱۱۱۲۲۳۳"],
  ["Devanagari digits", "+७९९९१११२२३३"],
  ["mathematical digits", "+𝟳𝟿𝟗𝟵𝟭𝟏𝟙𝟐𝟚𝟯𝟹"],
  ["marks of direction", "\u202a+7999\u200e1112233\u202c"],
  ["isolates and a byte order mark", "\ufeff\u2066+79991112233\u2069"],
  ["a zero-width space", "+7999\u200b1112233"],
  ["a tel: URI", "tel:+7-999-111-22-33"],
  ["a TEL: URI", "TEL:+79991112233"],
];
for (const [what, to] of WRITINGS) {
  Deno.test(`parseRecipient reads a number when it is written with ${what}`, () => {
    assert.equal(parseRecipient(to), "+79991112233");
    assert.equal(parseRecipient(to, "DE"), "+79991112233");
  });
}

Deno.test("parseRecipient reads a national tel: URI when there is a default country", () => {
  assert.equal(parseRecipient("tel:0170-1234567", "DE"), "+491701234567");
});

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

Deno.test("only wpp-send loads the metadata of phone numbers", async () => {
  const modules = new Map((await readModules()).map((module) => [module.path, module]));
  const reached = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const specifier of modules.get(path)?.imports ?? []) {
      const { href } = new URL(specifier, new URL(path, FUNCTIONS_FOLDER));
      if (href.startsWith(FUNCTIONS_FOLDER.href)) {
        reached(href.slice(FUNCTIONS_FOLDER.href.length), seen);
      }
    }
    return seen;
  };
  const loading = [...modules.keys()].filter((path) => /^wpp-[\w-]+\/index\.ts$/.test(path))
    .filter((path) => reached(path).has("_shared/wpp/deps/libphonenumber.ts"));
  assert.deepEqual(loading, ["wpp-send/index.ts"]);
  assert.deepEqual([...reached("_shared/wpp/platform/phone_canonical.ts")].length, 1);
});

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
