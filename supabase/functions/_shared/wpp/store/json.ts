/** What an answer in JSON says; undefined for what is none, such as a proxy's page. */
export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The same, where fields of an object are looked for: of anything else there are none. */
export function fieldsIn(bytes: Uint8Array): Record<string, unknown> {
  const json = jsonIn(bytes);
  return typeof json === "object" && json !== null ? json as Record<string, unknown> : {};
}
