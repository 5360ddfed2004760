/** Where the local Storage keeps the bytes of objects; their rows are in `storage.objects`. */

/** An object's bytes, and what a download says of them. */
export interface StoredFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mimetype: string;
  readonly cacheControl: string;
  readonly lastModified: Date;
}

/** Files by name. */
export interface Files {
  get(name: string): Promise<StoredFile | undefined>;
  /** Takes the place of an earlier one, or fails and leaves that. */
  put(name: string, file: StoredFile): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Lasts as long as the process. */
export class MemoryFiles implements Files {
  readonly #files = new Map<string, StoredFile>();

  get(name: string): Promise<StoredFile | undefined> {
    return Promise.resolve(this.#files.get(name));
  }

  put(name: string, file: StoredFile): Promise<void> {
    this.#files.set(name, file);
    return Promise.resolve();
  }

  delete(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }
}

/** Keeps each file in a directory: one line of JSON that describes it, then its bytes. */
export class DirectoryFiles implements Files {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async get(name: string): Promise<StoredFile | undefined> {
    const content = await Deno.readFile(await this.#path(name)).catch(unlessMissing);
    if (!content) return undefined;
    const end = content.indexOf(NEWLINE);
    const { name: _, ...head } = JSON.parse(new TextDecoder().decode(content.subarray(0, end)));
    return { ...head, lastModified: new Date(head.lastModified), bytes: content.subarray(end + 1) };
  }

  async put(name: string, { bytes, ...described }: StoredFile): Promise<void> {
    await Deno.mkdir(this.#directory, { recursive: true });
    const head = new TextEncoder().encode(JSON.stringify({ name, ...described }) + "\n");
    const path = await this.#path(name);
    // Renamed when it is whole, so that a process that ends in between leaves the earlier file.
    const unfinished = `${path}.${crypto.randomUUID()}.unfinished`;
    await Deno.writeFile(unfinished, new Blob([head, bytes]).stream());
    await Deno.rename(unfinished, path);
  }

  async delete(name: string): Promise<void> {
    await Deno.remove(await this.#path(name)).catch(unlessMissing);
  }

  /** A hash, since names may hold anything: `..`, more than a file system takes, odd characters. */
  async #path(name: string): Promise<string> {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name));
    return `${this.#directory}/${new Uint8Array(digest).toHex()}`;
  }
}

const NEWLINE = "\n".charCodeAt(0);

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
