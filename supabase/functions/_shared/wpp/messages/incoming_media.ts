import type { MessageKind } from "../platform/event.ts";
import type { Files, UploadOutcome } from "../store/files.ts";
import { kindShown, mediaType, usualExtension } from "./media_type.ts";
import type { StoredMedia } from "./waiting_media.ts";

/** Where a connection's media is stored. */
export interface MediaPlace {
  folder: string;
  integration_id: string;
}

/** What is known of a file before it is looked at. */
export interface DeclaredMedia {
  kind: MessageKind;
  mimetype?: string | null;
}

/** What became of a file, and what its message is to tell of it. */
export interface StoreOutcome {
  outcome: UploadOutcome;
  media: StoredMedia;
  kind: MessageKind;
}

/**
 * Stores a file that came in, under a name of its own: the sender's would be a part of the path.
 *
 * @throws AppError `storage_unavailable`
 */
export async function storeIncoming(
  bytes: Uint8Array,
  { folder, integration_id }: MediaPlace,
  declared: DeclaredMedia,
  files: Pick<Files, "upload">,
): Promise<StoreOutcome> {
  const { mimetype } = mediaType(bytes, declared.mimetype ?? undefined);
  const name = `${crypto.randomUUID()}.${usualExtension(mimetype)}`;
  const path = `${folder}/${integration_id}/${name}`;
  const outcome = await files.upload(path, bytes, mimetype);
  const media = { path, mimetype, size: bytes.length };
  return { outcome, media, kind: kindShown(declared.kind, mimetype) };
}
