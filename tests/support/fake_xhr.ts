/** A browser's `XMLHttpRequest`, as far as uploads use it; the test plays the server. */
export class FakeXhr {
  /** Those that were made, in order. */
  static readonly made: FakeXhr[] = [];
  status = 0;
  responseText = "";
  readonly upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  method = "";
  url = "";
  readonly headers: Record<string, string> = {};
  body: unknown;
  isAborted = false;
  #isOver = false;

  constructor() {
    FakeXhr.made.push(this);
  }

  open(method: string, url: string): void {
    Object.assign(this, { method, url });
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  send(body: unknown): void {
    this.body = body;
  }

  abort(): void {
    if (!this.#isOver) this.isAborted = true;
  }

  progress(loaded: number, total: number): void {
    this.upload.onprogress?.({ loaded, total });
  }

  answer(status: number, body: unknown = {}): void {
    this.#isOver = true;
    this.status = status;
    this.responseText = typeof body === "string" ? body : JSON.stringify(body);
    this.onload?.();
  }

  fail(): void {
    this.#isOver = true;
    this.onerror?.();
  }

  /** Gives the runtime what it lacks, until it is disposed of. */
  static install(): Disposable {
    FakeXhr.made.length = 0;
    Object.assign(globalThis, { XMLHttpRequest: FakeXhr });
    return { [Symbol.dispose]: () => Reflect.deleteProperty(globalThis, "XMLHttpRequest") };
  }
}
