/** Small files of each kind: as much of one as tells its type, and some more. */
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Bytes that are not of one value, so that a mix-up shows. */
const filled = (beginning: string, length = 600) => {
  const bytes = Uint8Array.from({ length }, (_, i) => i * 7 % 251);
  bytes.set(ascii(beginning));
  return bytes;
};

export interface MediaSample {
  bytes: Uint8Array;
  mimetype: string;
  filename: string;
  /** What wpp-send makes of it. */
  sentAs: "image" | "video" | "audio" | "document";
}

const sample = (
  beginning: string,
  mimetype: string,
  extension: string,
  sentAs: MediaSample["sentAs"],
): MediaSample => ({ bytes: filled(beginning), mimetype, filename: `file.${extension}`, sentAs });

export const mediaSamples = {
  png: sample("\x89PNG\r\n\x1a\n", "image/png", "png", "image"),
  jpeg: sample("\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg", "jpg", "image"),
  webp: sample("RIFF\0\0\0\0WEBPVP8 ", "image/webp", "webp", "image"),
  gif: sample("GIF89a", "image/gif", "gif", "document"),
  mp4: sample("\0\0\0\x18ftypisom\0\0\0\0", "video/mp4", "mp4", "video"),
  threeGp: sample("\0\0\0\x18ftyp3gp5", "video/3gpp", "3gp", "video"),
  mov: sample("\0\0\0\x14ftypqt  ", "video/quicktime", "mov", "video"),
  webm: sample("\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm", "webm", "video"),
  ogg: sample(`OggS\0\x02${"\0".repeat(22)}OpusHead`, "audio/ogg", "ogg", "audio"),
  mp3: sample("ID3\x04", "audio/mpeg", "mp3", "audio"),
  m4a: sample("\0\0\0\x1cftypM4A ", "audio/mp4", "m4a", "audio"),
  aac: sample("\xff\xf1\x50\x80", "audio/aac", "aac", "audio"),
  amr: sample("#!AMR\n", "audio/amr", "amr", "audio"),
  wav: sample("RIFF\0\0\0\0WAVEfmt ", "audio/wav", "wav", "audio"),
  pdf: sample("%PDF-1.7\n", "application/pdf", "pdf", "document"),
  zip: sample("PK\x03\x04", "application/zip", "zip", "document"),
} satisfies Record<string, MediaSample>;
