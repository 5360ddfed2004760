/** A file that a contact sent, which the platform keeps for who has the session's token. */
interface SharedFile {
  readonly session: string;
  readonly mimetype: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Files that events name by their URL. */
export class SharedFiles {
  readonly #files = new Map<string, SharedFile>();
  /** Under which the platform was called last, and so can be reached. */
  origin: string | undefined;

  /** Keeps a file, and returns its URL. */
  add(file: SharedFile): string {
    if (this.origin === undefined) throw new Error("Nobody has called the platform yet");
    const id = crypto.randomUUID();
    this.#files.set(id, file);
    return `${this.origin}/media/${id}`;
  }

  get(id: string): SharedFile | undefined {
    return this.#files.get(id);
  }
}
