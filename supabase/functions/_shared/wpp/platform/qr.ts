import { encodeQR } from "../deps/qr.ts";
import { sniff } from "../lib/sniff.ts";
import { isPrintable } from "./text.ts";

export interface QrCode {
  /** A `data:image/…` URL that an `<img>` shows. */
  image: string;
  /** The text that the code holds, where known. */
  text?: string;
}

/** What a QR code can hold, at the lowest level of error correction. */
const MAX_TEXT_BYTES = 2_953;

/** The pictures that are passed on. SVG is not among them: it can hold scripts. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/** So much base64 is enough to tell these: 12 bytes. */
const BEGINNING_LENGTH = 16;

/** How base64 of SVG, of other XML, of HTML and of a PDF begins: no picture to show, and no text. */
const OTHER_FILE = /^(PHN2Z|PD94bW|PCFET0|PCFkb2|PGh0bW|JVBERi)[A-Za-z0-9+/_-]*={0,2}$/;

/** Of a QR code in several forms, the text, which is drawn; else the first picture. */
export function parseQrCodes(values: readonly string[]): QrCode | undefined {
  let picture: QrCode | undefined;
  for (const value of values) {
    const code = parseQrCode(value);
    if (code?.text !== undefined) return code;
    picture ??= code;
  }
  return picture;
}

/**
 * A QR code in any of the forms that WPP Platform gives it (data URL, bare base64 of a picture, the
 * code's text), as an image. `undefined` when it is none of them.
 */
export function parseQrCode(value: string): QrCode | undefined {
  const text = value.trim();
  const compact = text.replace(/\s+/g, "");
  if (/^data:/i.test(compact)) {
    return imageOf(/^data:image\/[^,]*;base64,(.*)$/i.exec(compact)?.[1]);
  }
  return imageOf(compact) ?? (isQrText(text) ? { image: drawQrCode(text), text } : undefined);
}

/** A picture in base64 or base64url, under the type that its bytes have: the sender's is not asked. */
function imageOf(base64 = ""): QrCode | undefined {
  const plain = base64.replaceAll("-", "+").replaceAll("_", "/").replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]{4,}$/.test(plain) || plain.length % 4 === 1) return undefined;
  const type = pictureType(plain);
  if (type === undefined) return undefined;
  const padding = "=".repeat(-plain.length & 3);
  return { image: `data:${type};base64,${plain}${padding}` };
}

/** The type of picture that a text in base64 begins as. */
function pictureType(text: string): string | undefined {
  const [beginning] = /^[A-Za-z0-9+/]*/.exec(text.slice(0, BEGINNING_LENGTH))!;
  const bytes = atob(beginning.slice(0, beginning.length & ~3));
  const type = sniff(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  return PICTURES.find((picture) => picture === type);
}

/** Whether it is a text that a code can hold; a page of markup, or a broken picture, is not meant so. */
function isQrText(text: string): boolean {
  if (text.length > MAX_TEXT_BYTES || !isPrintable(text)) return false;
  if (text.startsWith("<") || OTHER_FILE.test(text)) return false;
  if (pictureType(text) !== undefined) return false;
  return new TextEncoder().encode(text).length <= MAX_TEXT_BYTES;
}

/**
 * A QR code as SVG. Drawn here, since the library's own SVG is 3.5 times as large and has no white
 * ground, which scanners need on a dark page.
 */
function drawQrCode(text: string): string {
  // The quiet zone of four modules that scanners rely on (ISO/IEC 18004).
  const rows = encodeQR(text, "raw", { ecc: "low", border: 4 });
  const size = rows.length;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/>` +
    `<path stroke="#000" shape-rendering="crispEdges" d="${rows.map(drawRow).join("")}"/></svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}

/** A row's dark modules as strokes of width 1, those beside each other as one. */
function drawRow(row: boolean[], y: number): string {
  let path = "";
  for (let end = 0, x = row.indexOf(true); x >= 0; x = row.indexOf(true, end)) {
    path += end === 0 ? `M${x} ${y}.5` : `m${x - end} 0`;
    end = row.indexOf(false, x); // there is one: the quiet zone
    path += `h${end - x}`;
  }
  return path;
}
