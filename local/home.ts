const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>WPP messenger, local stack</title>
  <h1>The local stack is running</h1>
  <p>Auth at <code>/auth/v1</code>, data at <code>/rest/v1</code>, and the functions at
  <code>/functions/v1/wpp-create</code>, <code>wpp-qr</code>, <code>wpp-status</code> and
  <code>wpp-send</code>.</p>
</html>
`;

/** The page at `/`; 404 for any other. */
export function home(request: Request): Response {
  if (new URL(request.url).pathname !== "/") return new Response("Not found\n", { status: 404 });
  return new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
}
