import { jwtVerify } from "jose";
import { refusal, rewritten } from "./answers.ts";

/** Answers a request, as Supabase Lite does. */
type Fetch = (request: Request) => Promise<Response>;

/** Signs one path. supabase-js reads `signedURL`, without `/storage/v1`; Lite says `signedUrl`. */
export async function signOne(request: Request, lite: Fetch): Promise<Response> {
  return await rewritten(await lite(request), ({ signedUrl }) => ({
    signedURL: signedUrl.slice("/storage/v1".length),
  }));
}

/** Signs many, which Lite takes for one path that is empty. One that cannot be signed says why. */
export async function signMany(request: Request, lite: Fetch): Promise<Response> {
  const { url, headers } = request;
  const { paths, expiresIn } = await request.json().catch(() => ({}));
  if (!Array.isArray(paths)) return refusal(400, "invalid_request", "paths must be an array");
  const signed = [];
  for (const path of paths.map(String)) {
    const one = new Request(`${url}/${encodeURIComponent(path)}`, {
      method: "POST",
      headers,
      body: JSON.stringify({ expiresIn }),
    });
    const response = await signOne(one, lite);
    const { signedURL = null, message } = await response.json();
    signed.push({ path, signedURL, error: signedURL === null ? message : null });
  }
  return Response.json(signed);
}

/** Why a signed link is not good; undefined: it is. Lite answers 500 to one that expired. */
export async function linkProblem(
  url: URL,
  object: string,
  jwtSecret: string,
): Promise<Response | undefined> {
  try {
    const key = new TextEncoder().encode(jwtSecret);
    const token = url.searchParams.get("token") ?? "";
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] });
    const isMeant = payload.intent === "download" && `${payload.bucket}/${payload.sub}` === object;
    return isMeant ? undefined : refusal(400, "InvalidSignature", "Invalid signature");
  } catch (error) {
    return refusal(400, "InvalidJWT", error instanceof Error ? error.message : "Invalid JWT");
  }
}
