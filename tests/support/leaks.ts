import assert from "node:assert/strict";

/** All that left the functions towards callers and operators. */
export class Outbox {
  readonly #responses: string[] = [];
  readonly #logs: string[] = [];

  /** Keeps a response's status line, headers and body, and returns its status. */
  async keep(response: Response): Promise<number> {
    this.#responses.push(`${response.status} ${JSON.stringify([...response.headers])}`);
    this.#responses.push(await response.text());
    return response.status;
  }

  keepLogs(lines: string[]): void {
    this.#logs.push(...lines);
  }

  get size(): { responses: number; logs: number } {
    return { responses: this.#responses.length / 2, logs: this.#logs.length };
  }

  /** No secret is anywhere, in any spelling; what is private to users is in no log. */
  assertFreeOf(secrets: string[], privates: string[]): void {
    assert.ok(secrets.every((secret) => secret.length >= 12), "a secret too short to search for");
    assertFree([...this.#responses, ...this.#logs], secrets);
    assertFree(this.#logs, privates);
  }
}

function assertFree(lines: string[], secrets: string[]): void {
  const searched = lines.map((line) => ({ line, lower: line.toLowerCase() }));
  for (const secret of secrets) {
    for (const [spelling, text] of Object.entries(spellings(secret))) {
      const place = spelling === "hex" ? "lower" : "line";
      const found = searched.find((one) => one[place].includes(text));
      const where = found?.line.slice(0, 400);
      assert.ok(!found, `${spelling} of ${secret.slice(0, 12)}… in: ${where}`);
    }
  }
}

/** A text as it is and as it is often encoded; base64 wherever it begins in what was encoded. */
export function spellings(secret: string): Record<string, string> {
  const bytes = new TextEncoder().encode(secret);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms: Record<string, string> = { plain: secret, url: encodeURIComponent(secret), hex };
  for (const offset of [0, 1, 2]) {
    const padded = new Uint8Array([...new Uint8Array(offset), ...bytes]);
    const text = btoa(String.fromCharCode(...padded));
    // Without the first and last groups, which neighbours share.
    const base64 = text.replace(/=+$/, "").slice(offset === 0 ? 0 : 4, -2);
    forms[`base64+${offset}`] = base64;
    forms[`base64url+${offset}`] = base64.replaceAll("+", "-").replaceAll("/", "_");
  }
  return forms;
}
