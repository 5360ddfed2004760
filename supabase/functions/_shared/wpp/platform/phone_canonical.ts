/**
 * The one spelling of a number in E.164 form, where WhatsApp and the numbering plan have several
 * for one person. What it does not know stays as it is. It needs no metadata, so that what only
 * reads WhatsApp's addresses does not load them.
 */
export function normalizePhone(e164: string): string {
  return SPELLINGS.reduce((number, [other, one]) => number.replace(other, one), e164);
}

const SPELLINGS: [other: RegExp, one: string][] = [
  // Mexico dropped the 1 before mobile numbers, and 01, 044 and 045, in 2019. WhatsApp keeps 521 in
  // the addresses of older accounts.
  [/^\+52(?:1|01|04[45])([2-9]\d{9})$/, "+52$1"],
  // Argentina's mobile numbers have a 9 when called from abroad, and WhatsApp wants it before every
  // number of the country. An area code and what follows it belong to one subscriber, 9 or not.
  [/^\+54((?:11|[23]\d)\d{8})$/, "+549$1"],
  // Brazil's mobile numbers, which begin with 6 to 9, got a ninth digit from 2012 to 2016. WhatsApp
  // leaves it out in the addresses of older accounts. Landlines (2 to 5) have eight for good.
  [/^\+55([14689][1-9]|2[12478]|3[1-578]|5[1345]|7[134579])([6-9]\d{7})$/, "+55$19$2"],
];
