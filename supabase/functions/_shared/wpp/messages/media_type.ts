import { sniff } from "../lib/sniff.ts";
import type { MessageKind } from "../platform/event.ts";

const BINARY = "application/octet-stream";

/** Types in which a browser runs nothing. What is none of them is downloaded, and never shown. */
const HARMLESS = new RegExp(
  "^((image|audio|video)/(?!.*(svg|xml))[\\w.+-]+|text/(plain|csv|calendar|(x-)?vcard)|" +
    "application/(pdf|zip|gzip|rtf|json|msword|x-7z-compressed|x-zip-compressed|vnd\\.[\\w.-]+))$",
);

/** The usual extensions, the one that is given to a file first. */
const EXTENSIONS: Record<string, string[]> = {
  "image/png": ["png"],
  "image/jpeg": ["jpg", "jpeg"],
  "image/webp": ["webp"],
  "image/gif": ["gif"],
  "image/heic": ["heic"],
  "video/mp4": ["mp4", "m4v"],
  "video/3gpp": ["3gp"],
  "video/webm": ["webm"],
  "video/quicktime": ["mov"],
  "audio/ogg": ["ogg", "oga", "opus"],
  "audio/mpeg": ["mp3"],
  "audio/mp4": ["m4a"],
  "audio/aac": ["aac"],
  "audio/amr": ["amr"],
  "audio/wav": ["wav"],
  "application/pdf": ["pdf"],
  "application/zip": ["zip"],
  "text/plain": ["txt"],
};

/** What a file is, for all that is done with it. */
export interface MediaType {
  mimetype: string;
  /** Whether its bytes say so; else it was declared. */
  isSniffed: boolean;
}

/**
 * The type of a file by its bytes, else the declared one where that is harmless. Markup and whatever
 * is not known is `application/octet-stream`.
 */
export function mediaType(bytes: Uint8Array, declared = ""): MediaType {
  const plain = declared.split(";")[0].trim().toLowerCase();
  const sniffed = sniff(bytes);
  if (sniffed === undefined) {
    return { mimetype: HARMLESS.test(plain) ? plain : BINARY, isSniffed: false };
  }
  if (!HARMLESS.test(sniffed)) return { mimetype: BINARY, isSniffed: true };
  // A container holds sound alone as well, which is not seen in its first bytes.
  const isSound = plain.startsWith("audio/") && sniffed.startsWith("video/");
  return { mimetype: isSound ? sniffed.replace("video/", "audio/") : sniffed, isSniffed: true };
}

/** The kind of a message that sends a file of that type; WhatsApp shows these pictures alone. */
export function kindOfType(mimetype: string): MessageKind {
  if (["image/png", "image/jpeg", "image/webp"].includes(mimetype)) return "image";
  const [top] = mimetype.split("/");
  return top === "video" || top === "audio" ? top : "document";
}

const SHOWN_AS: Partial<Record<MessageKind, string>> = {
  image: "image",
  sticker: "image",
  video: "video",
  audio: "audio",
  voice: "audio",
};

/** The kind of a message that came in as `kind`, but whose file cannot be shown as that. */
export function kindShown(kind: MessageKind, mimetype: string): MessageKind {
  const expected = SHOWN_AS[kind];
  return expected === undefined || mimetype.startsWith(`${expected}/`) ? kind : "document";
}

export function typeOfExtension(extension: string): string | undefined {
  return Object.keys(EXTENSIONS).find((mimetype) => EXTENSIONS[mimetype].includes(extension));
}

/** `bin` for a type that has none. */
export function usualExtension(mimetype: string): string {
  return EXTENSIONS[mimetype]?.[0] ?? "bin";
}
