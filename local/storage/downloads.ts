/**
 * Completes a download by what Supabase Lite leaves out: parts of it (`Range`), and the name under
 * which it is saved (`download` in the query). What is stored is of the page's own origin here, so
 * no script of it may run.
 */
export async function completed(request: Request, response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const headers = new Headers(response.headers);
  headers.set("x-content-type-options", "nosniff");
  headers.set("content-security-policy", "script-src 'none'");
  const name = new URL(request.url).searchParams.get("download");
  if (name !== null) headers.set("content-disposition", disposition(name));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const part = rangeOf(request.headers.get("range"), bytes.length);
  if (part === "none") {
    headers.set("content-range", `bytes */${bytes.length}`);
    headers.set("content-length", "0");
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = part ?? { start: 0, end: bytes.length };
  headers.set("content-length", String(end - start));
  if (part) headers.set("content-range", `bytes ${start}-${end - 1}/${bytes.length}`);
  return new Response(bytes.subarray(start, end), { status: part ? 206 : 200, headers });
}

function disposition(name: string): string {
  return name === "" ? "attachment" : `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
}

/** `end` is behind the last byte. Undefined: the whole; "none": nothing of it is there. */
function rangeOf(
  header: string | null,
  size: number,
): { start: number; end: number } | "none" | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (!first && !last) return undefined; // no range, or one in a form that may be ignored
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  const end = first && last ? Math.min(size, Number(last) + 1) : size;
  return start < end ? { start, end } : "none";
}
