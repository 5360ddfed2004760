import { readBounded } from "../../supabase/functions/_shared/wpp/lib/bounded_body.ts";
import { withDeadline } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Settings } from "./options.ts";

/** The largest file that WhatsApp takes of most kinds. */
const MAX_MEDIA_BYTES = 64 * 1024 * 1024;

/** A picture or a file that was sent, as the platform fetched it. */
export interface SentMedia {
  readonly url: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** As the answer said, without parameters. */
  readonly mimetype: string;
  /** As the call said; of a picture, the last part of its URL. */
  readonly filename: string;
}

/** Fetches what a call names, as the platform does before it sends it. Null: it could not. */
export async function fetchMedia(
  url: string,
  { fetch, mediaTimeout }: Settings,
): Promise<SentMedia | null> {
  try {
    return await withDeadline(mediaTimeout * 1000, undefined, async (signal) => {
      const response = await fetch(url, { signal });
      if (response.status !== 200) {
        await response.body?.cancel();
        return null;
      }
      const bytes = await readBounded(response, MAX_MEDIA_BYTES, signal);
      const mimetype = (response.headers.get("content-type") ?? "").split(";")[0].trim();
      const filename = decodeURIComponent(new URL(url).pathname.split("/").at(-1)!);
      return { url, bytes, mimetype, filename };
    });
  } catch {
    return null; // no error is shown: it could quote the URL, which opens the file to anybody
  }
}
