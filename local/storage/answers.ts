/** An error as Supabase Storage answers it: 400 whatever it is, and the real status in the body. */
export function refusal(statusCode: number, error: string, message: string): Response {
  return Response.json({ statusCode: String(statusCode), error, message }, { status: 400 });
}

/** Changes the JSON of an answer that is no error. */
export async function rewritten(
  response: Response,
  // deno-lint-ignore no-explicit-any -- the answers of Supabase Lite, each of its own shape
  rewrite: (body: any) => unknown,
): Promise<Response> {
  if (!response.ok) return response;
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return Response.json(rewrite(await response.json()), { status: response.status, headers });
}
