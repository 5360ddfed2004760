import type { Incoming } from "./calls.ts";
import type { Platform } from "./platform.ts";
import { bearer, refusal } from "./requests.ts";

/** Answers who asks for a file that a contact sent: it is for who has the session's token. */
export function sharedFile({ headers, named }: Incoming, platform: Platform): Response {
  const token = bearer(headers);
  const session = token === null ? null : platform.sessionOf(token);
  if (session === null) return Response.json({ message: "Invalid token" }, { status: 401 });
  const file = platform.files.get(named);
  if (file?.session !== session) return refusal(404, "File not found");
  return new Response(file.bytes, { headers: { "content-type": file.mimetype } });
}
