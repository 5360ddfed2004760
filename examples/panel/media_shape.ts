import type { Message } from "../../client/wpp_client.ts";

export type MediaShape = "picture" | "sticker" | "audio" | "video" | "file";

/** What a browser shows without running anything in it: no SVG, and no page. */
const PICTURES = /^image\/(png|jpeg|webp|gif|avif)$/;

/** What a stored file is shown as. */
export function showsAs({ kind, media }: Pick<Message, "kind" | "media">): MediaShape {
  const { mimetype = "", path } = media ?? {};
  if (path === undefined) return "file"; // it is elsewhere: a person decides whether to go there
  if (kind === "sticker" && PICTURES.test(mimetype)) return "sticker";
  if (kind === "image" && PICTURES.test(mimetype)) return "picture";
  if (kind === "voice" || kind === "audio") return mimetype.startsWith("audio/") ? "audio" : "file";
  return kind === "video" && mimetype.startsWith("video/") ? "video" : "file";
}
