import type { Answer, Project } from "./project.ts";

const BUCKET = "messenger-media";
const JSON_TYPE = "application/json";

/** The bucket of media, as the signed-in user has it unless it is said otherwise. */
export class Bucket {
  readonly #project: Project;

  constructor(project: Project) {
    this.#project = project;
  }

  upload(path: string, content: string): Promise<Answer> {
    return this.#post(`${BUCKET}/${path}`, content, "text/plain");
  }

  /** Asks for a link to a file, for so many seconds. */
  sign(path: string, expiresIn: number): Promise<Answer> {
    return this.#post(`sign/${BUCKET}/${path}`, JSON.stringify({ expiresIn }));
  }

  /** The topmost folders, the first 100. */
  list(): Promise<Answer> {
    return this.#post(`list/${BUCKET}`, JSON.stringify({ prefix: "" }));
  }

  /** Fetches what a link leads to, without any key. */
  open(link: string): Promise<Answer> {
    return this.#project.withoutKey(`/storage/v1${link}`);
  }

  /** Fetches a file by its path without any key, as from a public bucket. */
  openPublic(path: string): Promise<Answer> {
    return this.#project.withoutKey(`/storage/v1/object/public/${BUCKET}/${path}`);
  }

  /** Fetches a file by its path with the publishable key alone. */
  openAnonymously(path: string): Promise<Answer> {
    return this.#project.service(`/storage/v1/object/${BUCKET}/${path}`);
  }

  /** Removes files with the secret key, as clients may not; where it was not given, they stay. */
  async remove(prefixes: string[]): Promise<void> {
    const { secretKey } = this.#project.options;
    if (!secretKey) return;
    const headers = {
      ...typed(JSON_TYPE),
      apikey: secretKey,
      authorization: `Bearer ${secretKey}`,
    };
    const body = JSON.stringify({ prefixes });
    await this.#project.service(`/storage/v1/object/${BUCKET}`, {
      method: "DELETE",
      headers,
      body,
    });
  }

  #post(place: string, body: string, type = JSON_TYPE): Promise<Answer> {
    const headers = { ...typed(type), authorization: `Bearer ${this.#project.accessToken}` };
    return this.#project.service(`/storage/v1/object/${place}`, { method: "POST", headers, body });
  }
}

function typed(type: string): Record<string, string> {
  return { "content-type": type };
}
