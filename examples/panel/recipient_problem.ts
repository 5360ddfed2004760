import type { Texts } from "./texts_en.ts";

/** The sentence for what the server says of a recipient, in English, in `fields.to`. */
export function recipientProblem(said: string, texts: Texts): string {
  const numbers = said.startsWith("Could be ") ? said.match(/\+\d+/g) ?? [] : [];
  if (numbers.length > 1) return texts.toAmbiguous(numbers);
  if (said.startsWith("Must be a phone number in international form")) return texts.toNational;
  if (said.startsWith("Must be a phone number that can exist")) return texts.toImpossible;
  return texts.toInvalid;
}
