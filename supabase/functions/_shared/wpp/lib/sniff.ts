/** So many bytes from the start of a file are enough to tell its type. */
export const SNIFFED_BYTES = 4096;

/** What begins so, at its very start. */
const BEGINNINGS: [beginning: string, mimetype: string][] = [
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["%PDF-", "application/pdf"],
  ["#!AMR", "audio/amr"],
  ["fLaC", "audio/flac"],
  ["ID3", "audio/mpeg"],
  ["\xff\xfb", "audio/mpeg"],
  ["\xff\xf3", "audio/mpeg"],
  ["\xff\xf2", "audio/mpeg"],
  ["\xff\xf1", "audio/aac"],
  ["\xff\xf9", "audio/aac"],
];

/** Of files in Apple's container, by the first four letters of their brand: MP4 has a dozen. */
const BRANDS: [brand: RegExp, mimetype: string][] = [
  [/^M4[AB]/, "audio/mp4"],
  [/^3g/, "video/3gpp"],
  [/^qt/, "video/quicktime"],
  [/^(hei|hev|mif1|msf1)/, "image/heic"],
  [/^avi/, "image/avif"],
];

/**
 * The type of a file, from its first bytes; `undefined` where they do not tell. Markup is told as
 * `image/svg+xml` or `text/html`, which a browser would run scripts of.
 */
export function sniff(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, SNIFFED_BYTES)); // one character a byte
  const known = BEGINNINGS.find(([beginning]) => text.startsWith(beginning));
  return known?.[1] ?? sniffContainer(text) ?? sniffMarkup(text);
}

function sniffContainer(text: string): string | undefined {
  if (text.startsWith("RIFF")) {
    return { WEBP: "image/webp", WAVE: "audio/wav" }[text.slice(8, 12)];
  }
  if (text.startsWith("OggS")) {
    return text.slice(28, 60).includes("theora") ? "video/ogg" : "audio/ogg";
  }
  if (text.startsWith("\x1aE\xdf\xa3")) {
    return text.slice(0, 64).includes("webm") ? "video/webm" : "video/x-matroska";
  }
  if (text.slice(4, 8) !== "ftyp") return undefined;
  const brand = text.slice(8, 12);
  return BRANDS.find(([known]) => known.test(brand))?.[1] ?? "video/mp4";
}

function sniffMarkup(text: string): string | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (!/^<[!?a-z]/i.test(start)) return undefined;
  return /<svg/i.test(start) ? "image/svg+xml" : "text/html";
}
