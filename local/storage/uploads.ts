import { Buffer } from "node:buffer";
import {
  BodyTooLargeError,
  readBounded,
} from "../../supabase/functions/_shared/wpp/lib/bounded_body.ts";
import { refusal } from "./answers.ts";

/** The most that an object of any bucket may hold. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
/** What a multipart body may hold beside its file. */
const MAX_FORM_BYTES = 64 * 1024;

/** The name of the field of a form that holds the file: none. */
const UNNAMED = 'name=""; filename=';

/**
 * The upload as Supabase Lite takes it: read to its end, so that one that breaks off stores nothing
 * and no slow one holds up the database, and taken out of its form, of which Lite cannot read the
 * one that supabase-js sends. A Response: why it is refused.
 */
export async function readUpload(request: Request): Promise<Request | Response> {
  const bytes = await readBounded(request, MAX_OBJECT_BYTES + MAX_FORM_BYTES).catch(tooLargeFor);
  if (bytes instanceof Response) return bytes;
  const headers = new Headers(request.headers);
  const type = headers.get("content-type") ?? "application/octet-stream";
  if (!type.startsWith("multipart/form-data")) return upload(request, headers, bytes);
  const form = await new Response(named(bytes), { headers: { "content-type": type } }).formData()
    .catch(() => undefined);
  const file = [...form?.values() ?? []].find((value) => typeof value !== "string");
  if (!file) return refusal(400, "invalid_request", "The form holds no file");
  headers.set("content-type", file.type || "application/octet-stream");
  headers.set("cache-control", `max-age=${form!.get("cacheControl") ?? 3600}`);
  return upload(request, headers, new Uint8Array(await file.arrayBuffer()));
}

/** Deno's parser drops a field without a name, such as supabase-js gives the file. */
function named(bytes: Uint8Array<ArrayBuffer>): Blob {
  const at = Buffer.from(bytes.buffer).indexOf(UNNAMED);
  if (at === -1) return new Blob([bytes]);
  return new Blob([bytes.subarray(0, at), 'name="file"', bytes.subarray(at + 'name=""'.length)]);
}

function upload(
  { url, method }: Request,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
): Request | Response {
  if (body.length > MAX_OBJECT_BYTES) return tooLarge();
  headers.set("content-length", String(body.length)); // Lite compares it with the bucket's limit
  return new Request(url, { method, headers, body });
}

/** Rethrows what breaks an upload off. */
function tooLargeFor(error: unknown): Response {
  if (error instanceof BodyTooLargeError) return tooLarge();
  throw error;
}

function tooLarge(): Response {
  return refusal(413, "Payload too large", "The object exceeded the maximum allowed size");
}
