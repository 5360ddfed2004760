import { z } from "zod";
import { refusal, rewritten } from "./answers.ts";

/** A row of `storage.objects`. */
interface ObjectRow {
  name: string;
  metadata: Record<string, unknown>;
  [column: string]: unknown;
}

const LISTING = z.object({
  prefix: z.string().default(""),
  limit: z.int().min(1).default(100),
  offset: z.int().min(0).default(0),
  search: z.string().default(""),
  sortBy: z.object({ column: z.string(), order: z.string() }).optional(),
});

/**
 * Lists one folder as Supabase Storage does: names are relative to it, and what is in folders below
 * appears as these folders, without an id. Lite lists all that is below by its full name.
 */
export async function list(
  request: Request,
  lite: (request: Request) => Promise<Response>,
): Promise<Response> {
  const { data } = LISTING.safeParse(await request.json().catch(() => undefined));
  if (!data) return refusal(400, "invalid_request", "The body cannot be read");
  const { prefix, limit, offset, search, sortBy } = data;
  const folder = prefix.replace(/\/*$/, prefix ? "/" : "");
  const { url, headers } = request;
  const all = new Request(url, {
    method: "POST",
    headers,
    body: JSON.stringify({ prefix: folder, sortBy }),
  });
  return await rewritten(await lite(all), (rows: ObjectRow[]) => {
    const entries = entriesOf(rows, folder).filter(({ name }) => name.startsWith(search));
    return entries.slice(offset, offset + limit);
  });
}

function entriesOf(rows: ObjectRow[], folder: string) {
  const entries = new Map<string, { name: string; id: unknown }>();
  for (const { name, id, updated_at, created_at, last_accessed_at, metadata } of rows) {
    if (!name.startsWith(folder)) continue; // Lite's prefix is a pattern, in which _ is any letter
    const [first, ...rest] = name.slice(folder.length).split("/");
    const entry = rest.length === 0
      ? { id, updated_at, created_at, last_accessed_at, metadata }
      : { id: null, updated_at: null, created_at: null, last_accessed_at: null, metadata: null };
    if (!entries.has(first)) entries.set(first, { name: first, ...entry });
  }
  return [...entries.values()];
}

/** An object's row as `info` of supabase-js reads it. */
export async function info(response: Response): Promise<Response> {
  return await rewritten(response, ({ metadata, user_metadata, ...row }) => ({
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: metadata.size,
    content_type: metadata.mimetype,
    cache_control: metadata.cacheControl,
    etag: metadata.eTag,
    metadata: user_metadata,
    last_modified: metadata.lastModified,
    created_at: row.created_at,
  }));
}
