/**
 * `/storage/v1` of the local stack: Supabase Lite's Storage, with its rows and policies in the
 * project's database, made to answer supabase-js as Supabase Storage does. Uploads (whole ones),
 * downloads, `info`, `list`, signed links and `remove` are there; resumable uploads and the
 * transformation of pictures are not.
 */
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { refusal } from "./answers.ts";
import { completed } from "./downloads.ts";
import type { StorageFaults } from "./faults.ts";
import { info, list } from "./listing.ts";
import { linkProblem, signMany, signOne } from "./signing.ts";
import { SignedUploads } from "./signed_uploads.ts";
import { readUpload } from "./uploads.ts";

/** The names that Supabase Storage allows, but for `?`, which supabase-js cannot send. */
const OBJECT_KEY = /^[A-Za-z0-9_/!.*'() &$=@;:+,-]+$/;

/** A Storage that runs. */
export class Storage {
  /** What goes wrong. */
  readonly faults: StorageFaults = { down: false, slowMs: 0 };
  readonly #lite: (request: Request) => Promise<Response>;
  readonly #jwtSecret: string;
  readonly #uploads = new SignedUploads();

  /** @param lite Answers as Supabase Lite does; is called with requests that were read whole. */
  constructor(lite: (request: Request) => Promise<Response>, jwtSecret: string) {
    this.#lite = (request) => lite(new Request(forLite(request.url), request));
    this.#jwtSecret = jwtSecret;
  }

  /** Answers a request to `/storage/v1`. Rejects where its client goes away. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { down, slowMs } = this.faults;
    if (slowMs > 0) await sleep(slowMs, request.signal);
    if (!down) return await this.#answer(request);
    await request.body?.cancel();
    return Response.json({ message: "Storage is unavailable" }, { status: 503 });
  };

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const { action, object } = read(url.pathname);
    switch (`${request.method} ${action}`) {
      case "POST sign":
        return await (object.includes("/") ? signOne : signMany)(request, this.#lite);
      case "GET sign":
        return await linkProblem(url, object, this.#jwtSecret) ?? await this.#download(request);
      case "GET info":
        return await info(await this.#lite(request));
      case "POST list":
        return await list(request, this.#lite);
      case "POST upload":
        return this.#uploads.sign(request, object.replace(/^sign\//, ""));
      case "PUT upload": {
        const upload = this.#uploads.read(request, object.replace(/^sign\//, ""));
        return upload instanceof Response ? upload : await this.#answer(upload);
      }
      case "POST object":
      case "PUT object": {
        if (!OBJECT_KEY.test(object)) return refusal(400, "InvalidKey", `Invalid key: ${object}`);
        const upload = await readUpload(request);
        return upload instanceof Response ? upload : await this.#lite(upload);
      }
      case "GET object":
      case "GET public":
        return await this.#download(request);
      default:
        return await this.#lite(request);
    }
  }

  async #download(request: Request): Promise<Response> {
    return await completed(request, await this.#lite(request));
  }
}

/** Whether a request is for Storage. */
export function isStorage(request: Request): boolean {
  return /^\/storage\/v1(\/|$)/.test(new URL(request.url).pathname);
}

/** What a path asks for, and the bucket and the object's name in it. */
function read(pathname: string): { action: string; object: string } {
  const [, word, rest] = /^\/storage\/v1\/object\/([^/]+)\/?(.*)$/.exec(pathname) ?? [];
  if (word === undefined) return { action: "other", object: "" };
  const isWord = ["sign", "info", "list", "public", "move", "copy", "upload"].includes(word);
  const object = isWord ? rest : `${word}/${rest}`;
  return { action: isWord ? word : "object", object: decoded(object) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Lite takes a comma for what it is, and `%2C`, in which other clients may send it, for three letters. */
function forLite(href: string): string {
  const url = new URL(href);
  url.pathname = encodeURI(decoded(url.pathname));
  return url.href;
}
