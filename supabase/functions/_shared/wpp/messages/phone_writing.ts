/** A phone number as somebody wrote it, in ASCII digits. */
export interface WrittenPhone {
  /** Whether it begins with a plus sign. */
  isInternational: boolean;
  digits: string;
  /** The digits as spaces, hyphens and the like set them apart. */
  groups: string[];
}

/** Longer texts are no phone number, and cost time. */
const MAX_LENGTH = 250;

/** Separators and signs in the forms that keyboards and word processors give them. */
const FORMS: [forms: RegExp, one: string][] = [
  [/[\t\p{Zs}]/gu, " "],
  [/[\p{Pd}−⁃ー~∼～]/gu, "-"],
  [/[．․·•‧∙⋅]/g, "."],
  [/[／⁄∕]/g, "/"],
  [/[（[［]/g, "("],
  [/[）\]］]/g, ")"],
  [/[＋﹢]/g, "+"],
];

/**
 * Reads digits of every script, with a plus sign before and separators between them; `tel:` may come
 * first. Line breaks are no separators: two numbers may be on two lines.
 *
 * @returns `undefined` for any other text.
 */
export function readPhoneWriting(text: string): WrittenPhone | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const plain = FORMS.reduce(
    (written, [forms, one]) => written.replace(forms, one),
    visible(text).replace(/^tel:/i, "").replace(/\p{Nd}/gu, valueOf),
  );
  const [, plus, number] = /^[ (]*(\+?)([ ()]*\d[-\d ./()]*)$/.exec(plain) ?? [];
  if (number === undefined) return undefined;
  const groups = number.match(/\d+/g)!;
  return { isInternational: plus === "+", digits: groups.join(""), groups };
}

/** A number that is copied from a contact comes with invisible marks of direction. */
function visible(text: string): string {
  return text.replace(/\p{Cf}/gu, "").trim();
}

/** Unicode has the ten digits of each script in a row, from 0 to 9. */
function valueOf(digit: string): string {
  const code = digit.codePointAt(0)!;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return String((code - first) % 10);
}
