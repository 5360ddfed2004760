/** Texts, pictures and files: a call with three paths, the kind being the last word of each. */
import type { Incoming } from "./calls.ts";
import { fetchMedia, type SentMedia } from "./media_fetch.ts";
import type { Settings } from "./options.ts";
import type { Platform } from "./platform.ts";
import { jsonObject, notConnected, refusal, withToken } from "./requests.ts";

/** What is sent, once its fields are known to be good. */
interface Content {
  text: string;
  /** Where a picture or a file is fetched. */
  url?: string;
  /** What the call says that a file is named. */
  filename?: string;
}

export function send(incoming: Incoming, platform: Platform, settings: Settings) {
  const body = jsonObject(incoming.body) ?? {};
  return withToken(incoming, platform, body.account, async (session) => {
    if (typeof body.to !== "string" || !/^\d{8,15}$/.test(body.to)) {
      return refusal(400, "to must be 8 to 15 digits");
    }
    const content = incoming.named === "text" ? textOf(body) : mediaOf(incoming.named, body);
    if (typeof content === "string") return refusal(400, content);
    if (platform.stateOf(session) !== "connected") return notConnected();
    const media = content.url === undefined ? undefined : await fetchMedia(content.url, settings);
    if (media === null) return failure("Cannot download the file from its url");
    return queued(platform, settings, {
      ...{ session, to: body.to, text: content.text },
      idempotencyKey: incoming.headers.get("idempotency-key"),
      media: media && { ...media, filename: content.filename ?? media.filename },
    });
  });
}

/** A string: what is wrong. */
function textOf({ text }: Record<string, unknown>): Content | string {
  return typeof text === "string" && text !== "" ? { text } : "text must not be empty";
}

/** The same. A file has a name and no caption, a picture the opposite. */
function mediaOf(kind: string, body: Record<string, unknown>): Content | string {
  const { type, url, caption = "", filename } = body;
  if (type !== kind) return `type must be ${kind}`;
  if (typeof url !== "string" || !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    return "url must be a http or https URL";
  }
  if (kind === "image") {
    return typeof caption === "string" ? { text: caption, url } : "caption must be a text";
  }
  if (typeof filename !== "string" || filename === "") return "filename must not be empty";
  return { text: "", url, filename };
}

function queued(
  platform: Platform,
  settings: Settings,
  message: Parameters<Platform["messages"]["send"]>[0] & { media?: SentMedia },
): Response {
  const { taskId } = platform.messages.send(message);
  const id = settings.numericTaskIds ? Number(taskId) : taskId;
  return Response.json({ success: true, [settings.taskIdField]: id, status: "queued" });
}

/** The form in which the platform says, under 200, that it did not take a message. */
function failure(message: string): Response {
  return Response.json({ status: "error", message });
}
