/** Where idempotency keys are kept: `localStorage`, `sessionStorage`, or the like. */
export interface SendKeyStore {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/**
 * The page's `localStorage`. Undefined where there is no page: a server's, where it has one, would
 * be shared by all whom the server works for. It may throw where the browser blocks it.
 */
export function pageStore(): SendKeyStore | undefined {
  const page = globalThis as {
    document?: unknown;
    localStorage?: SendKeyStore | null;
  };
  return page.document && page.localStorage ? page.localStorage : undefined;
}

/** Keeps until the client goes. */
export function memoryStore(): SendKeyStore {
  const items = new Map<string, string>();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}
