import type { FileLike, Signal } from "./supabase.ts";
import { storageError } from "./storage_error.ts";
import { throwIfAborted } from "./pause.ts";
import { NETWORK_ERROR, WppError } from "./wpp_error.ts";

/** So long without a byte going out, an upload counts as failed. */
const STALLED_MS = 60_000;

export interface UploadOptions {
  mimetype: string;
  /** Called with how much is uploaded, from 0 to 1, where the runtime tells. */
  onProgress(share: number): void;
  signal?: Signal | undefined;
}

/** As much of an `XMLHttpRequest` as is used here. */
interface Xhr {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: unknown };
  onload: unknown;
  onerror: unknown;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: unknown): void;
  abort(): void;
}

/** What browsers have, and Deno, Node and workers may lack. */
interface Runtime {
  XMLHttpRequest?: new () => Xhr;
  fetch(
    url: string,
    options: { method: string; headers: Record<string, string>; body: unknown; signal: unknown },
  ): Promise<{ ok: boolean; status: number; text(): Promise<string> }>;
}

/**
 * Uploads a file to a signed link of Storage. Rejects with a WppError, or with the signal's reason
 * when aborted: then the request is over.
 */
export async function upload(url: string, file: FileLike, options: UploadOptions): Promise<void> {
  throwIfAborted(options.signal);
  const { XMLHttpRequest: Request } = globalThis as unknown as Runtime;
  const answer = Request
    ? await uploadByXhr(new Request(), url, file, options)
    : await uploadByFetch(url, file, options);
  if (answer.status < 200 || answer.status > 299) throw storageError(answer);
}

/** What Storage says of a failure is in the body, as JSON. */
interface Answer {
  status: number;
  statusCode?: unknown;
  message?: unknown;
}

/** Of fetch, browsers tell nothing of how an upload goes on. */
function uploadByXhr(
  xhr: Xhr,
  url: string,
  file: FileLike,
  { mimetype, onProgress, signal }: UploadOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      settle();
      xhr.abort(); // an answer that came is not affected
    };
    const fail = () => end(() => reject(new WppError(NETWORK_ERROR)));
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(fail, STALLED_MS);
    };
    const onAbort = () => end(() => reject(signal!.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    xhr.upload.onprogress = ({ loaded, total }: { loaded: number; total: number }) => {
      wait();
      if (total > 0) onProgress(loaded / total);
    };
    xhr.onload = () => end(() => resolve(answerOf(xhr.status, xhr.responseText)));
    xhr.onerror = fail;
    xhr.open("PUT", url);
    xhr.setRequestHeader("content-type", mimetype);
    wait();
    xhr.send(file);
  });
}

async function uploadByFetch(
  url: string,
  file: FileLike,
  { mimetype, signal }: UploadOptions,
): Promise<Answer> {
  const headers = { "content-type": mimetype };
  const request = { method: "PUT", headers, body: file, signal: signal ?? null };
  try {
    const { status, text } = await (globalThis as unknown as Runtime).fetch(url, request)
      .then(async (answer) => ({ status: answer.status, text: await answer.text() }));
    return answerOf(status, text);
  } catch (cause) {
    throwIfAborted(signal);
    throw new WppError({ ...NETWORK_ERROR, cause });
  }
}

function answerOf(status: number, text: string): Answer {
  try {
    const { statusCode, message } = JSON.parse(text);
    return { status, statusCode, message };
  } catch {
    return { status, message: text };
  }
}
