import type { Files, StoredFile } from "../../local/storage/files.ts";

/** Objects' bytes in memory, and no more of them than are read again: older ones are let go. */
export class RecentFiles implements Files {
  readonly #files = new Map<string, StoredFile>();
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(name: string): Promise<StoredFile | undefined> {
    const file = this.#files.get(name);
    if (file) this.#keep(name, file);
    return Promise.resolve(file);
  }

  put(name: string, file: StoredFile): Promise<void> {
    this.#keep(name, file);
    let bytes = 0;
    for (const [older, { bytes: { length } }] of [...this.#files].reverse()) {
      bytes += length;
      if (bytes > this.#maxBytes) this.#files.delete(older);
    }
    return Promise.resolve();
  }

  delete(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }

  /** As the newest. */
  #keep(name: string, file: StoredFile): void {
    this.#files.delete(name);
    this.#files.set(name, file);
  }
}
