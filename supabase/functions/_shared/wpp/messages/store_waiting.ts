import type { WppMsgClient } from "../../wpp.ts";
import type { Connections } from "../connections/connections.ts";
import { AppError } from "../errors.ts";
import { BodyTooLargeError } from "../lib/bounded_body.ts";
import { Turns } from "../lib/turns.ts";
import type { MessageKind } from "../platform/event.ts";
import type { Files } from "../store/files.ts";
import { storeIncoming } from "./incoming_media.ts";
import type { WaitingFile, WaitingMedia } from "./waiting_media.ts";

export interface StoreNeeds {
  waitingMedia: Pick<WaitingMedia, "bytes" | "stored" | "failed">;
  connections: Pick<Connections, "unseal">;
  files: Pick<Files, "upload" | "remove">;
  wpp: Pick<WppMsgClient, "download">;
}

/** Files are held whole, so one at a time in an isolate. */
const turns = new Turns();

/**
 * Brings a file that waits into Storage.
 *
 * @returns Whether nothing more is to be done: it is stored, or will never be.
 * @throws AppError `storage_unavailable`, and what the database throws
 */
export async function storeWaiting(file: WaitingFile, context: StoreNeeds): Promise<boolean> {
  using turn = turns.turn();
  await turn.wait();
  const { waitingMedia, files } = context;
  const bytes = await fetched(file, context);
  if (bytes === "gone") return true;
  if (typeof bytes === "string") {
    const isOver = bytes === "too_large" || file.is_last_try;
    if (isOver) await waitingMedia.failed(file, bytes);
    return isOver;
  }
  const declared = { kind: file.kind as MessageKind, mimetype: file.mimetype };
  const { outcome, media, kind } = await storeIncoming(bytes, file, declared, files);
  switch (outcome) {
    case "stored":
      if (!await waitingMedia.stored(file, { ...media, kind })) await files.remove([media.path]);
      return true;
    case "too_large":
      await waitingMedia.failed(file, "too_large");
      return true;
    case "refused":
      return false; // until the bucket is there
  }
}

/** The file's bytes, or why they are not to be had; `gone`: somebody else has stored it. */
async function fetched(
  file: WaitingFile,
  { waitingMedia, connections, wpp }: StoreNeeds,
): Promise<Uint8Array | "gone" | "too_large" | "unavailable"> {
  if (file.has_bytes) return await waitingMedia.bytes(file) ?? "gone";
  try {
    const connection = file.integration ? await connections.unseal(file.integration) : undefined;
    return await wpp.download(connection, file.url!);
  } catch (error) {
    const isTooLarge = error instanceof AppError && error.cause instanceof BodyTooLargeError;
    return isTooLarge ? "too_large" : "unavailable";
  }
}
