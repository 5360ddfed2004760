/** The longest message that can be sent. */
export const MAX_CHARACTERS = 4096;

/** How long a message is as the server counts: an emoji that JavaScript counts twice is one. */
export function charactersOf(text: string): number {
  return [...text].length;
}
