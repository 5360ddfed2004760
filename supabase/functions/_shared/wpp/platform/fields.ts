import { type Cut, type CutBody, toBase64 } from "./base64.ts";
import { isPrintable } from "./text.ts";

const MAX_TEXT_LENGTH = 65_536;
export const MAX_ID_LENGTH = 255;

/** Postgres stores neither NUL nor half of a surrogate pair. */
const NOT_STORABLE = /\0|\p{Cs}/gu;

/**
 * A JSON object of the platform's. Each method takes names and reads the first field that holds what
 * it wants, for the names differ between the platform's generations. Inherited fields do not exist.
 */
export class Fields {
  readonly #object: object;
  readonly #cutOf: CutBody["cutOf"];

  constructor(object: object, cutOf: CutBody["cutOf"]) {
    this.#object = object;
    this.#cutOf = cutOf;
  }

  /** The value of a field, `undefined` also for null. */
  value(name: string): unknown {
    if (!Object.hasOwn(this.#object, name)) return undefined;
    return (this.#object as Record<string, unknown>)[name] ?? undefined;
  }

  has(...names: string[]): boolean {
    return names.some((name) => this.value(name) !== undefined);
  }

  isTrue(name: string): boolean {
    return [true, "true", 1].includes(this.value(name) as never);
  }

  /** A field that is an object itself, and no array. */
  object(name: string): Fields | undefined {
    const value = this.value(name);
    if (!isObject(value) || this.#cutOf(value)) return undefined;
    return new Fields(value, this.#cutOf);
  }

  /** The objects in a field that is an array. */
  objects(name: string): Fields[] {
    const value = this.value(name);
    if (!Array.isArray(value)) return [];
    return value.filter(isObject).map((item) => new Fields(item, this.#cutOf));
  }

  /** A text that is not blank, storable and of at most {@link MAX_TEXT_LENGTH} UTF-16 units. */
  text(...names: string[]): string | undefined {
    return first(names, (name) => storable(this.#start(name)));
  }

  /** One line to show, such as a name: without control characters, cut to `maxLength`. */
  line(maxLength: number, ...names: string[]): string | undefined {
    return first(names, (name) => {
      const line = this.#start(name)?.replace(/\p{Cc}|\p{Cs}/gu, "").trim().slice(0, maxLength);
      return line?.replace(NOT_STORABLE, "").trim() || undefined; // slice may split a surrogate pair
    });
  }

  /** A text that is of use only as it was sent: printable and not longer than `maxLength`. */
  exact(maxLength: number, ...names: string[]): string | undefined {
    return first(names, (name) => {
      const text = this.#start(name);
      return text && text.length <= maxLength && isPrintable(text) ? text : undefined;
    });
  }

  /** An id, which may be a number. */
  id(...names: string[]): string | undefined {
    return first(names, (name) => {
      const value = this.value(name);
      return Number.isSafeInteger(value) ? String(value) : this.exact(MAX_ID_LENGTH, name);
    });
  }

  /** A number, also one that was sent as text. */
  number(...names: string[]): number | undefined {
    return first(names, (name) => {
      const value = this.value(name);
      const isNumeric = typeof value === "string" && /^\s*-?\d{1,20}(\.\d{1,20})?\s*$/.test(value);
      return isNumeric || Number.isFinite(value) ? Number(value) : undefined;
    });
  }

  /** Base64 as {@link toBase64} gives it; the large one is a part of the body. */
  base64(...names: string[]): Uint8Array | undefined {
    return first(names, (name) => {
      const value = this.value(name);
      return typeof value === "string" ? toBase64(value) : this.#cut(name)?.base64;
    });
  }

  /** Whether a field was cut out of the body because it looks like base64. */
  isCut(name: string): boolean {
    return this.#cut(name) !== undefined;
  }

  #cut(name: string): Cut | undefined {
    return this.#cutOf(this.value(name));
  }

  /** A text as it was sent; of one that was cut out of the body, as much as may be kept of a text. */
  #start(name: string): string | undefined {
    const value = this.value(name);
    if (typeof value === "string") return value;
    const cut = this.#cut(name);
    return cut && new TextDecoder().decode(cut.text.subarray(0, MAX_TEXT_LENGTH));
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The beginning of a text that can be stored; `undefined` where nothing is to be seen. */
export function storable(text = ""): string | undefined {
  const start = text.slice(0, MAX_TEXT_LENGTH).replace(NOT_STORABLE, "");
  return start.trim() === "" ? undefined : start;
}

function first<T>(names: string[], read: (name: string) => T | undefined): T | undefined {
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) return value;
  }
  return undefined;
}
