/** A text that messenger_organization_of(claims) takes; a test compares the two. */
const TEXT = /^(?!\s)\P{Cc}{1,255}(?<!\s)$/u;

/**
 * Refuses an `organization_id` that no user could work with: the functions would answer each of
 * their calls `no_organization`.
 *
 * @throws an error that says what an organization is.
 */
export function checkOrganization(id: unknown, name: string): void {
  if (typeof id === "string" ? TEXT.test(id) : Number.isSafeInteger(id)) return;
  throw new Error(
    `Cannot use ${name}: an organization is a text of 1 to 255 characters, without control ` +
      "characters and without white space at its ends, or a whole number",
  );
}
