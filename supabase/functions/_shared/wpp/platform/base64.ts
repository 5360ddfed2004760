/**
 * Base64 in a JSON body. Media of 25 MB is 34 million characters; as a JavaScript string it takes
 * several times the memory that a function has, so it is cut out of the bytes before they are parsed.
 */

/** A string of the body that looked like base64. Both are parts of the body, not copies. */
export interface Cut {
  /** All of the string, in ASCII. */
  text: Uint8Array;
  /** See {@link toBase64}; absent where its length cannot be base64's. */
  base64?: Uint8Array;
}

export interface CutBody {
  /** The body, with an object of one random key in place of each cut. */
  json: Uint8Array;
  /** The cut that a value of the parsed JSON stands for. */
  cutOf(value: unknown): Cut | undefined;
}

/** Shorter strings cost little, and most texts are shorter. */
export const MIN_CUT_BYTES = 16 * 1024;
const MAX_PREFIX_BYTES = 255;

const [QUOTE, BACKSLASH, COLON, PADDING] = Array.from('"\\:=', (c) => c.charCodeAt(0));
const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** For each byte its character in base64's standard alphabet, also from the URL-safe one; else 0. */
const STANDARD = new Uint8Array(256);
for (const range of ["AZ", "az", "09", "++", "//"]) {
  for (let code = range.charCodeAt(0); code <= range.charCodeAt(1); code++) STANDARD[code] = code;
}
STANDARD["-".charCodeAt(0)] = "+".charCodeAt(0);
STANDARD["_".charCodeAt(0)] = "/".charCodeAt(0);

/**
 * Cuts the large base64 strings out of a JSON body. The key of the objects that take their places is
 * random in each call, so that no sender can write one.
 */
export function cutBase64(body: Uint8Array): CutBody {
  const key = crypto.randomUUID();
  const cuts: Cut[] = [];
  const parts: Uint8Array[] = [];
  let copied = 0;
  let start = body.indexOf(QUOTE);
  while (start >= 0) {
    const end = endOfString(body, start);
    if (end < 0) break;
    const cut = end - start > MIN_CUT_BYTES && !isKey(body, end)
      ? cutOfString(body.subarray(start + 1, end))
      : undefined;
    if (cut) {
      const placeholder = new TextEncoder().encode(`{"${key}":${cuts.push(cut) - 1}}`);
      parts.push(body.subarray(copied, start), placeholder);
      copied = end + 1;
    }
    start = body.indexOf(QUOTE, end + 1);
  }
  parts.push(body.subarray(copied));
  const cutOf = (value: unknown) =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? cuts[(value as Record<string, number>)[key]]
      : undefined;
  return { json: cuts.length === 0 ? body : concat(parts), cutOf };
}

/** Where the string ends that begins at `start`: the next quote that is not escaped; else -1. */
function endOfString(body: Uint8Array, start: number): number {
  let end = start;
  let isEscaped: boolean;
  do {
    end = body.indexOf(QUOTE, end + 1);
    isEscaped = false;
    for (let i = end - 1; body[i] === BACKSLASH; i--) isEscaped = !isEscaped;
  } while (isEscaped);
  return end;
}

/** Whether the string that ends at `end` names a field: an object could not stand there. */
function isKey(body: Uint8Array, end: number): boolean {
  let next = end + 1;
  while (isSpace(body[next])) next++;
  return body[next] === COLON;
}

function cutOfString(text: Uint8Array): Cut | undefined {
  const begin = prefixLength(text);
  const end = text.length - paddingOf(text);
  for (let i = begin; i < end; i++) {
    const byte = text[i];
    if (STANDARD[byte] !== byte || byte === 0) return undefined;
  }
  return { text, base64: padded(text.subarray(begin)) };
}

/** The length of `data:…;base64,`; 0 where the text does not begin so. */
function prefixLength(text: Uint8Array): number {
  const head = String.fromCharCode(...text.subarray(0, MAX_PREFIX_BYTES));
  return /^\s*data:[\x20-\x5b\x5d-\x7e]*?;base64,/i.exec(head)?.[0].length ?? 0;
}

function paddingOf(text: Uint8Array): number {
  return text.at(-1) !== PADDING ? 0 : text.at(-2) !== PADDING ? 1 : 2;
}

/**
 * A string as base64 in ASCII: in the standard alphabet, padded, without `data:` prefix and white
 * space. `undefined` where it is none, or empty.
 */
export function toBase64(text: string): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  let isOver = false;
  for (let i = prefixLength(bytes); i < bytes.length; i++) {
    const byte = bytes[i];
    if (isSpace(byte)) continue;
    if (byte === PADDING) isOver = true;
    else if (isOver || STANDARD[byte] === 0) return undefined;
    bytes[length++] = byte === PADDING ? byte : STANDARD[byte];
  }
  return padded(bytes.subarray(0, length));
}

/** Base64 with its padding; copied only where that was left out. `undefined` for a wrong length. */
function padded(base64: Uint8Array): Uint8Array | undefined {
  const padding = paddingOf(base64);
  const rest = (base64.length - padding) % 4;
  const missing = -rest & 3;
  if (base64.length === padding || rest === 1) return undefined;
  if (padding === missing) return base64.at(-3) === PADDING ? undefined : base64;
  if (padding > 0) return undefined;
  return concat([base64, new Uint8Array(missing).fill(PADDING)]);
}

/** How many bytes padded base64 decodes to. */
export function decodedLength(base64: Uint8Array): number {
  return base64.length / 4 * 3 - paddingOf(base64);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
