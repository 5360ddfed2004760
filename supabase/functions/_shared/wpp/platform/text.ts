/** Text from the platform, which may hold anything, made safe to store and to show. */

/**
 * The text without control characters, invisible ones and broken Unicode, and without blanks at its
 * ends. Postgres stores neither NUL nor half of a surrogate pair.
 */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, "").trim();
}

/** The same, of at most so many UTF-16 units. */
export function printableUpTo(maxLength: number, text: string): string {
  return printable(text).slice(0, maxLength).toWellFormed(); // slice may split a surrogate pair
}

/** Whether a text may be used as it is: not blank, and nothing in it that {@link printable} removes. */
export function isPrintable(text: string): boolean {
  return /^[^\p{C}]+$/u.test(text) && text.trim() !== "";
}
