/** Files of any size, and how they come in. */
import { mediaSamples } from "../support/media_samples.ts";

/** A file of that many bytes: a picture, from 10 MB on a video. */
export interface SizedFile {
  bytes: Uint8Array<ArrayBuffer>;
  mimetype: string;
  filename: string;
}

const VIDEO_FROM_BYTES = 10_000_000;

/** Its first bytes tell its type, which is looked at; the others are random, as compressed ones are. */
export function fileOf(size: number): SizedFile {
  const { mimetype, filename, ...sample } = size < VIDEO_FROM_BYTES
    ? mediaSamples.jpeg
    : mediaSamples.mp4;
  const bytes = new Uint8Array(size);
  const most = 65_536; // crypto gives no more at a time
  for (let at = 0; at < size; at += most) crypto.getRandomValues(bytes.subarray(at, at + most));
  bytes.set(sample.bytes.subarray(0, 32));
  return { bytes, mimetype, filename };
}

/** What the platform posts of a contact's file: its bytes in base64. */
export function incomingFile(session: string, { bytes, mimetype, filename }: SizedFile): string {
  const isVideo = mimetype.startsWith("video");
  return JSON.stringify({
    account: session,
    from: "+79991112233",
    raw_from: "79991112233@c.us",
    type: isVideo ? "video" : "image",
    text: isVideo ? "[Video]" : "[Image]",
    media: { mimetype, filename, base64: bytes.toBase64() },
  });
}

/** The size as a table shows it: 100 kB, 25 MB. */
export function shownSize(size: number): string {
  return size < 1_000_000 ? `${size / 1_000} kB` : `${size / 1_000_000} MB`;
}
