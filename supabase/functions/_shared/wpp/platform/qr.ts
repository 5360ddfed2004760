import { encodeQR } from "../deps/qr.ts";

export interface QrCode {
  /** A `data:image/…` URL that an `<img>` shows. */
  image: string;
  /** The text that the code holds, where known. */
  text?: string;
}

const IMAGE_URL = /^data:image\/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** The first bytes of a PNG file, in base64. */
const PNG = "iVBORw0KGgo";
/** WhatsApp's pairing text: a version, `@`, then its keys. A QR code holds no more than 2,953 bytes. */
const PAIRING_TEXT = /^\d+@[\x21-\x7e]{1,2000}$/;

/**
 * A QR code in any of the forms that WPP Platform gives it (data URL, bare base64 of a PNG, the
 * code's text), as an image. `undefined` when it is none of them.
 */
export function parseQrCode(value: string): QrCode | undefined {
  const text = value.trim();
  if (PAIRING_TEXT.test(text)) return { image: drawQrCode(text), text };
  const compact = text.replace(/\s+/g, "");
  if (IMAGE_URL.test(compact)) return { image: compact };
  if (compact.startsWith(PNG) && BASE64.test(compact)) {
    return { image: `data:image/png;base64,${compact}` };
  }
  return undefined;
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
