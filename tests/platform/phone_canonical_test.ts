import fc from "fast-check";
import assert from "node:assert/strict";
import { normalizePhone } from "../../supabase/functions/_shared/wpp/platform/phone_canonical.ts";

const ONE_PERSON: [who: string, canonical: string, ...others: string[]][] = [
  ["Mexico City", "+525512345678", "+5215512345678", "+52015512345678", "+520445512345678"],
  ["Monterrey", "+528112345678", "+5218112345678"],
  ["Buenos Aires", "+5491112345678", "+541112345678"],
  ["Córdoba in Argentina", "+5493511234567", "+543511234567"],
  ["Ushuaia", "+5492901123456", "+542901123456"],
  ["São Paulo", "+5511981234567", "+551181234567"],
  ["Belo Horizonte", "+5531987654321", "+553187654321"],
  ["a Brazilian mobile with 6", "+5585961234567", "+558561234567"],
  ["a Brazilian mobile with 7", "+5571971234567", "+557171234567"],
];
for (const [who, canonical, ...others] of ONE_PERSON) {
  Deno.test(`normalizePhone gives one number when one of ${who} is spelled in several ways`, () => {
    for (const spelling of [canonical, ...others]) {
      assert.equal(normalizePhone(spelling), canonical, spelling);
    }
  });
}

const OTHERS: [what: string, number: string][] = [
  ["a landline of Brazil", "+551131234567"],
  ["a hotline of Brazil", "+558001234567"],
  ["a hotline of Argentina", "+548001234567"],
  ["an area code that Brazil has not", "+552081234567"],
  ["a number of Mexico that is too long", "+52155123456789"],
  ["an old number of Côte d'Ivoire", "+22507123456"],
  ["a new number of Côte d'Ivoire", "+2250707123456"],
  ["an old number of Benin", "+22997123456"],
  ["a new number of Benin", "+2290197123456"],
  ["a number of Italy", "+390612345678"],
  ["a number of the USA", "+12025550143"],
  ["a number of Russia", "+79991112233"],
];
for (const [what, number] of OTHERS) {
  Deno.test(`normalizePhone leaves a number as it is when it is ${what}`, () => {
    assert.equal(normalizePhone(number), number);
  });
}

Deno.test("normalizePhone changes nothing more when it is given what it gave", () => {
  const numbers = fc.tuple(
    fc.constantFrom("+", "+52", "+521", "+54", "+549", "+55", "+5511"),
    fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 13 }),
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(numbers, (number) => {
      const once = normalizePhone(number);
      assert.equal(normalizePhone(once), once);
    }),
    { numRuns: 5_000 },
  );
});
