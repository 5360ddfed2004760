import type { SendMedia } from "../contract/send.ts";
import { AppError } from "../errors.ts";
import { cleanFileName, extensionOf } from "../lib/file_name.ts";
import type { MessageKind } from "../platform/event.ts";
import type { Files } from "../store/files.ts";
import { kindOfType, mediaType, typeOfExtension, usualExtension } from "./media_type.ts";

/** A platform may keep a message until the phone is online again. */
const LINK_LIFETIME_S = 24 * 60 * 60;
const MAX_BYTES = 64 * 1024 * 1024;

/** Media as it is stored with its message, and takes part in the idempotency key's fingerprint. */
export type OutgoingMedia =
  & { filename?: string }
  & ({ path: string } | { url: string; kind: MessageKind; mimetype?: string });

/** An object of the organization's own folder, as the database knows it. */
export interface StoredObject {
  path: string;
  size: number | null;
  mimetype: string | null;
}

/** What the platform is told. */
export interface PlatformFile {
  kind: MessageKind;
  url: string;
  filename: string;
}

/** What a file's bytes tell, to be stored with its message. */
export interface MediaFacts {
  kind: MessageKind;
  mimetype: string;
  size: number | null;
}

/**
 * What can be told of media before its file is read.
 *
 * @throws AppError `invalid_request` for a caption that no platform shows; `misconfigured` where no
 * link to a file can be made.
 */
export function describeOutgoing(
  { path, url, filename, mimetype }: SendMedia,
  text: string | undefined,
  files: Pick<Files, "requirePublicUrl">,
): OutgoingMedia {
  const name = filename === undefined ? undefined : cleanFileName(filename);
  const named = name === undefined ? {} : { filename: name };
  if (path !== undefined) {
    files.requirePublicUrl();
    return { path, ...named };
  }
  const type = mimetype?.toLowerCase() ??
    typeOfExtension(extensionOf(name ?? nameIn(new URL(url!).pathname) ?? ""));
  const kind = kindOfType(type ?? "");
  refuseCaption(kind, text);
  return { url: url!, kind, ...named, ...(type === undefined ? {} : { mimetype: type }) };
}

/**
 * What the platform is to be told of a message's media. A file is looked at, and gets a link.
 *
 * @throws AppError `invalid_request` for an empty or too large file, or a caption that no platform
 * shows; `media_not_found`, `storage_unavailable`
 */
export async function prepareOutgoing(
  media: OutgoingMedia,
  object: StoredObject | null,
  text: string | undefined,
  files: Pick<Files, "head" | "sign">,
): Promise<{ file: PlatformFile; facts?: MediaFacts }> {
  if ("url" in media) {
    const { url, kind } = media;
    return {
      file: { kind, url, filename: media.filename ?? nameIn(new URL(url).pathname) ?? "file" },
    };
  }
  const { path } = media;
  const size = object?.size ?? null;
  if (size !== null && size > MAX_BYTES) throw invalid("media", "Is larger than 64 MiB");
  const [bytes, url] = await Promise.all([files.head(path), files.sign(path, LINK_LIFETIME_S)]);
  if (bytes.length === 0) throw invalid("media", "Is empty");
  const { mimetype, isSniffed } = mediaType(bytes, object?.mimetype ?? undefined);
  const kind = isSniffed ? kindOfType(mimetype) : "document";
  refuseCaption(kind, text);
  const filename = media.filename ?? nameIn(path) ?? `file.${usualExtension(mimetype)}`;
  return { file: { kind, url, filename }, facts: { kind, mimetype, size } };
}

/** WPP Platform knows a caption of pictures alone. */
function refuseCaption(kind: MessageKind, text: string | undefined): void {
  if (text !== undefined && kind !== "image") throw invalid("text", "Only pictures have a caption");
}

function invalid(field: string, problem: string): AppError {
  return new AppError("invalid_request", { fields: { [field]: problem } });
}

function nameIn(path: string): string | undefined {
  const name = path.split("/").at(-1)!;
  try {
    return cleanFileName(decodeURIComponent(name));
  } catch {
    return cleanFileName(name);
  }
}
