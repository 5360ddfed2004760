import { isPicture, MAX_FILE_BYTES } from "../../client/file_limits.ts";
import type { SendFileOptions, SendOutput } from "../../client/wpp_client.ts";

/** A file that was chosen for a chat, until it is sent or removed. */
export class OutgoingFile {
  readonly file: File;
  /** How much is uploaded, from 0 to 1; undefined: it is not being sent. */
  progress: number | undefined;
  /** Whether the last send was cancelled. */
  isCancelled = false;
  /** Called when the progress changes. */
  onProgress = () => {};
  #sending: AbortController | undefined;
  #preview: string | undefined;

  constructor(file: File) {
    this.file = file;
  }

  get problem(): "empty" | "tooLarge" | undefined {
    if (this.file.size === 0) return "empty";
    return this.file.size > MAX_FILE_BYTES ? "tooLarge" : undefined;
  }

  /** Whether it can have a caption. */
  get isPicture(): boolean {
    return isPicture(this.file.type);
  }

  /** The URL of the picture, until `release` is called. */
  get preview(): string | undefined {
    if (this.isPicture) this.#preview ??= URL.createObjectURL(this.file);
    return this.#preview;
  }

  release(): void {
    if (this.#preview) URL.revokeObjectURL(this.#preview);
    this.#preview = undefined;
  }

  get isSending(): boolean {
    return this.#sending !== undefined;
  }

  cancel(): void {
    this.isCancelled = true;
    this.#sending?.abort();
  }

  /** Rejects as the client does. */
  async send(by: (file: File, options: SendFileOptions) => Promise<SendOutput>, options: object) {
    this.isCancelled = false;
    this.#sending = new AbortController();
    const { signal } = this.#sending;
    const onProgress = (share: number) => this.#setProgress(share);
    this.#setProgress(0);
    try {
      await by(this.file, { ...options, onProgress, signal });
    } finally {
      this.#setProgress(undefined);
      this.#sending = undefined;
    }
  }

  #setProgress(progress: number | undefined): void {
    this.progress = progress;
    this.onProgress();
  }
}
