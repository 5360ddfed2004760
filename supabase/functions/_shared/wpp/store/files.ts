import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";
import { readBounded } from "../lib/bounded_body.ts";
import { withDeadline } from "../lib/deadline.ts";
import { SNIFFED_BYTES } from "../lib/sniff.ts";
import { fieldsIn } from "./json.ts";
import { serviceHeaders } from "./service_headers.ts";

const BUCKET = "messenger-media";
/** For one call that carries no file. */
const CALL_TIMEOUT_MS = 5_000;
const UPLOAD_TIMEOUT_MS = 15_000;
/** Storage answers a removal with a row for each object, of which 100 are removed at once. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** So much of a file goes out at a time: Deno copies each piece. */
const PIECE_BYTES = 64 * 1024;

/** What became of an upload: `refused` where there is no bucket, or the key is not let in. */
export type UploadOutcome = "stored" | "too_large" | "refused";

/**
 * The project's Storage, as `service_role`. By fetch: storage-js would be loaded by every function.
 * Each method throws `storage_unavailable` where no usable answer came in time.
 */
export class Files {
  readonly #env: Pick<Env, "supabaseUrl" | "secretKey" | "publicUrl">;
  readonly #signal?: AbortSignal;

  /** @param signal Ends every call, together with the request that it belongs to. */
  constructor(
    env: Pick<Env, "supabaseUrl" | "secretKey" | "publicUrl">,
    signal?: AbortSignal,
  ) {
    this.#env = env;
    this.#signal = signal;
  }

  /** The same, for work that outlives its request. */
  detached(): Files {
    return new Files(this.#env);
  }

  /** Uploads a file to a path that nothing has yet. */
  async upload(path: string, bytes: Uint8Array, mimetype: string): Promise<UploadOutcome> {
    const { status, body } = await this.#call(`/object/${BUCKET}/${encoded(path)}`, {
      method: "POST",
      headers: { "content-type": mimetype, "x-upsert": "false" },
      body: ReadableStream.from(piecesOf(bytes)),
    }, UPLOAD_TIMEOUT_MS);
    const code = status === 400 ? codeIn(body) : status; // older versions have it in the body alone
    if (status === 200 || code === 409) return "stored"; // by a call whose answer was lost
    if (code === 413) return "too_large";
    if (code < 500 && code !== 408 && code !== 429) return "refused";
    throw new AppError("storage_unavailable");
  }

  /** A file's first bytes, as many as tell its type. @throws AppError `media_not_found` */
  async head(path: string): Promise<Uint8Array> {
    const { status, body } = await this.#call(`/object/${BUCKET}/${encoded(path)}`, {
      headers: { range: `bytes=0-${SNIFFED_BYTES - 1}` },
    });
    if (status === 416) return new Uint8Array(); // an empty file has no first byte
    if (status !== 200 && status !== 206) throw readError(status, body);
    return body;
  }

  /**
   * A link by which anybody can fetch a file for so long.
   *
   * @throws AppError `media_not_found`, `misconfigured`
   */
  async sign(path: string, lifetimeS: number): Promise<string> {
    const origin = this.requirePublicUrl();
    const { status, body } = await this.#call(`/object/sign/${BUCKET}/${encoded(path)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ expiresIn: lifetimeS }),
    });
    if (status !== 200) throw readError(status, body);
    const link = fieldsIn(body).signedURL;
    if (typeof link !== "string" || !link.startsWith("/object/sign/")) {
      throw new AppError("storage_unavailable");
    }
    return `${origin}/storage/v1${encodeURI(link)}`; // Storage answers the path as it is
  }

  /** Removes files; one that is not there is removed. */
  async remove(paths: string[]): Promise<void> {
    const { status } = await this.#call(`/object/${BUCKET}`, {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prefixes: paths }),
    });
    if (status !== 200) throw new AppError("storage_unavailable");
  }

  /** Where links lead. @throws AppError `misconfigured` where that is not known. */
  requirePublicUrl(): string {
    if (this.#env.publicUrl !== undefined) return this.#env.publicUrl;
    throw new AppError("misconfigured", {
      message:
        "The functions are not configured: SUPABASE_PUBLIC_URL must be the project's https " +
        "address, by which WPP Platform fetches files.",
    });
  }

  async #call(
    path: string,
    init: RequestInit,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<{ status: number; body: Uint8Array }> {
    const { headers, ...rest } = init;
    try {
      return await withDeadline(timeoutMs, this.#signal, async (signal) => {
        const response = await fetch(`${this.#env.supabaseUrl}/storage/v1${path}`, {
          ...rest,
          headers: { ...serviceHeaders(this.#env), ...headers },
          redirect: "manual",
          signal,
        });
        const isFile = rest.method === undefined && response.ok; // only a file is fetched by GET
        const body = isFile
          ? await firstBytes(response)
          : await readBounded(response, MAX_ANSWER_BYTES, signal);
        return { status: response.status, body };
      });
    } catch (cause) {
      throw new AppError("storage_unavailable", { cause });
    }
  }
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

/** No more than is needed, should the range be ignored. */
async function firstBytes(response: Response): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const piece of response.body ?? []) {
    parts.push(...piece.subarray(0, SNIFFED_BYTES - parts.length));
    if (parts.length >= SNIFFED_BYTES) break; // which cancels the rest
  }
  return new Uint8Array(parts);
}

function readError(status: number, body: Uint8Array): AppError {
  const code = status === 400 ? codeIn(body) : status;
  return new AppError(code === 400 || code === 404 ? "media_not_found" : "storage_unavailable");
}

/** The status that Storage puts into a body, where it answers everything by 400. */
function codeIn(body: Uint8Array): number {
  return Number(fieldsIn(body).statusCode) || 400;
}

function encoded(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
