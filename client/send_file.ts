import { changesSince } from "./changes.ts";
import type { SendInput, SendOutput } from "./contract.ts";
import { isPicture, MAX_FILE_BYTES } from "./file_limits.ts";
import { cleanFilename, pathName } from "./filename.ts";
import { throwIfAborted } from "./pause.ts";
import type { RunQuery } from "./query.ts";
import { randomKey } from "./random_key.ts";
import type { SendOptions } from "./send.ts";
import { askStorage } from "./storage.ts";
import type { FileLike, Signal, SupabaseLike } from "./supabase.ts";
import { upload } from "./upload.ts";
import { INVALID_REQUEST, WppError } from "./wpp_error.ts";

export interface SendFileOptions extends SendOptions, Pick<SendInput, "to" | "chatId" | "session"> {
  /** A text below it: PNG, JPEG and WebP have one. */
  caption?: string | undefined;
  /** Left out, it is the file's own. */
  filename?: string | undefined;
  /** Called with how much is uploaded, from 0 to 1, where the runtime tells; at the end with 1. */
  onProgress?: ((share: number) => void) | undefined;
}

/** Called with the path of the file once it is in Storage, before the message is sent. */
export interface UploadedListener {
  onUploaded?: ((path: string) => void) | undefined;
}

export interface FileSenderParts {
  supabase: SupabaseLike;
  run: RunQuery;
  send(input: SendInput, options: SendOptions): Promise<SendOutput>;
}

/** Uploads files and sends them. */
export class FileSender {
  readonly #parts: FileSenderParts;
  /** Where files are that were uploaded, and not sent yet. */
  readonly #paths = new WeakMap<FileLike, string>();

  constructor(parts: FileSenderParts) {
    this.#parts = parts;
  }

  async send(
    file: FileLike,
    { caption, filename, onProgress = () => {}, onUploaded, ...options }:
      & SendFileOptions
      & UploadedListener,
  ): Promise<SendOutput> {
    const { to, chatId, session, ...rest } = options;
    throwIfAborted(rest.signal);
    const text = caption?.trim() ? caption : undefined;
    check(file, text);
    const name = cleanFilename(filename ?? file.name ?? "");
    const path = this.#paths.get(file) ?? await this.#upload(file, name, onProgress, rest.signal);
    this.#paths.set(file, path);
    onProgress(1);
    onUploaded?.(path);
    throwIfAborted(rest.signal);
    const media = { path, filename: name, mimetype: mimetypeOf(file) };
    try {
      const output = await this.#parts.send({ to, chatId, session, text, media }, rest);
      this.#paths.delete(file);
      return output;
    } catch (error) {
      const isGone = error instanceof WppError && error.code === "media_not_found";
      if (isGone) this.#paths.delete(file); // the next try uploads it again
      throw error;
    }
  }

  /** Rejects as `upload` does: when aborted, nothing was sent. */
  async #upload(
    file: FileLike,
    filename: string,
    onProgress: (share: number) => void,
    signal: Signal | undefined,
  ): Promise<string> {
    const { supabase, run } = this.#parts;
    onProgress(0);
    const { topic } = await changesSince(run, undefined, { signal });
    if (topic === null) throw new WppError(NO_ORGANIZATION);
    // The database names the channel after the folder: no call more is needed to know it.
    const folder = topic.replace(/^messenger:/, "");
    const path = `${folder}/outgoing/${randomKey()}/${pathName(filename)}`;
    const { signedUrl } = await askStorage(
      supabase,
      (bucket) => bucket.createSignedUploadUrl(path),
      signal,
    );
    await upload(signedUrl, file, { mimetype: storedType(file), onProgress, signal });
    return path;
  }
}

/** Refuses what the functions would refuse, before it is uploaded. */
function check({ size, type }: FileLike, caption: string | undefined): void {
  if (size === 0) throw invalid({ file: "Is empty" });
  if (size > MAX_FILE_BYTES) throw invalid({ file: "Is larger than 64 MiB" });
  if (caption !== undefined && !isPicture(type)) {
    throw invalid({ caption: "Only pictures have one" });
  }
}

function invalid(fields: Record<string, string>): WppError {
  return new WppError({ ...INVALID_REQUEST, fields });
}

/** `audio/ogg` of `audio/ogg; codecs=opus`; undefined where the browser does not know it. */
function mimetypeOf({ type }: FileLike): string | undefined {
  return /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0];
}

/** What a browser would run as a page is stored as mere bytes. */
function storedType(file: FileLike): string {
  const type = mimetypeOf(file) ?? "";
  return type === "" || /html|svg|[/+]xml|script/i.test(type) ? "application/octet-stream" : type;
}

const NO_ORGANIZATION = {
  code: "no_organization",
  message: "This user belongs to no organization. Have them added to one, then sign in again.",
  retryable: false,
} as const;
