import { readBounded } from "./bounded_body.ts";

/**
 * A `fetch` for libraries, which take an answer by `text()` or `json()`: these have no bound of their own,
 * and here get one.
 */
export function boundedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const text = async () => {
      const bytes = await readBounded(response, maxBytes, init?.signal ?? undefined);
      return new TextDecoder().decode(bytes);
    };
    return Object.assign(response, { text, json: async () => JSON.parse(await text()) });
  };
}
