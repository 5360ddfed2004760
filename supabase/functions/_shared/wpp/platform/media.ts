import { defined } from "../lib/defined.ts";
import { cleanFileName } from "../lib/file_name.ts";
import { decodedLength, MIN_CUT_BYTES } from "./base64.ts";
import type { MediaDescription } from "./event.ts";
import type { Fields } from "./fields.ts";

const MAX_MIMETYPE_LENGTH = 255;
/** Of a name as it was written: `cleanFileName` shortens it, and keeps its extension. */
const MAX_FILENAME_LENGTH = 4096;
const MAX_URL_LENGTH = 4096;

/** The mimetype that a message gives for its media. */
export function mimetypeOf(payload: Fields): string | undefined {
  const fields = [payload.object("media"), payload];
  return fields.map((place) => place?.exact(MAX_MIMETYPE_LENGTH, "mimetype", "mimeType"))
    .find((mimetype) => mimetype && /^[\w.+-]+\/[\w.+-]+\s*(;|$)/.test(mimetype));
}

/** What a message tells of its media, which is in an object of its own or beside the rest. */
export function describeMedia(payload: Fields, base64?: Uint8Array): MediaDescription {
  const media = payload.object("media");
  const filename = (fields?: Fields) =>
    cleanFileName(fields?.line(MAX_FILENAME_LENGTH, "filename", "fileName") ?? "");
  return defined({
    mimetype: mimetypeOf(payload),
    filename: filename(media) ?? filename(payload),
    size: base64 ? decodedLength(base64) : sizeIn(media) ?? sizeIn(payload),
    url: urlIn(media, "url") ?? urlIn(payload, "media", "url", "mediaUrl", "fileUrl"),
  });
}

/** Whether there is media, whatever the message says it is. */
export function hasMedia(payload: Fields): boolean {
  const media = payload.object("media");
  return media?.has("mimetype", "mimeType", "filename", "base64", "data", "url") === true ||
    ownBytes(payload) !== undefined || urlIn(payload, "media") !== undefined;
}

/** The bytes of a message with media; wppconnect has them where others have the text. */
export function mediaBytes(payload: Fields): Uint8Array | undefined {
  const names = ["body", "content"].filter((name) => isMediaBody(payload, name));
  return ownBytes(payload) ?? payload.base64(...names);
}

function ownBytes(payload: Fields): Uint8Array | undefined {
  return payload.object("media")?.base64("base64", "data") ?? payload.base64("media", "base64");
}

/** In several lines at most; short without padding, as "Test" is, it is a text. */
const ENCODED =
  /^\s*(?:data:[^,]{0,255};base64,|(?=[\w+/-]{32}|[\w+/-]{6,}={1,2}\s*$))[\w+/=\r\n-]+$/i;

/** Whether the text field of a message with media holds bytes; then it is no text. */
export function isMediaBody(payload: Fields, name: string): boolean {
  const value = payload.value(name);
  if (typeof value !== "string") return payload.isCut(name);
  // Base64 comes in whole groups of four. Counted in what may be a text; the rest is too long for one.
  const isWhole = () => value.length > MIN_CUT_BYTES || value.replace(/\s/g, "").length % 4 === 0;
  return ENCODED.test(value) && (value.includes(",") || isWhole());
}

function sizeIn(fields?: Fields): number | undefined {
  const size = fields?.number("size", "filesize", "fileSize");
  return size !== undefined && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

function urlIn(fields?: Fields, ...names: string[]): string | undefined {
  return names.map((name) => fields?.exact(MAX_URL_LENGTH, name))
    .find((url) => url && /^https?:\/\//i.test(url) && URL.canParse(url));
}
