/** One number in all the ways that people write it. */
import assert from "node:assert/strict";
import { parseRecipient } from "../../supabase/functions/_shared/wpp/messages/phone.ts";

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
