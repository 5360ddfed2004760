import { refusal } from "./answers.ts";

/** What a link to upload by stands for. */
interface Granted {
  object: string;
  headers: Headers;
}

/** Links to upload by, which Lite has not. What the caller may not upload is refused at the upload. */
export class SignedUploads {
  /** By token. */
  readonly #granted = new Map<string, Granted>();

  /** @param object The bucket and the object's name in it. */
  sign(request: Request, object: string): Response {
    const token = crypto.randomUUID();
    const { headers } = request;
    if (!headers.has("authorization")) return refusal(400, "Unauthorized", "No token was sent");
    this.#granted.set(token, { object, headers });
    return Response.json({ url: `/object/upload/sign/${encodeURI(object)}?token=${token}` });
  }

  /** The upload as who asked for the link would send it. A Response: why it is refused. */
  read(request: Request, object: string): Request | Response {
    const url = new URL(request.url);
    const granted = this.#granted.get(url.searchParams.get("token") ?? "");
    if (granted?.object !== object) return refusal(400, "InvalidJWT", "Invalid token");
    const headers = new Headers(request.headers);
    for (const name of ["authorization", "apikey"]) {
      const value = granted.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    url.pathname = `/storage/v1/object/${encodeURI(object)}`;
    url.search = "";
    const { body } = request;
    return new Request(url, { method: "POST", headers, body });
  }
}
