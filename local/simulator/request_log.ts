import type { Call, Incoming } from "./calls.ts";

/** A request as it came in, whatever it was answered. */
export interface RecordedRequest {
  readonly call: Call;
  readonly method: string;
  /** With the query, without the origin. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/** The requests that came in. */
export class RequestLog {
  readonly #requests: RecordedRequest[] = [];

  get all(): readonly RecordedRequest[] {
    return this.#requests;
  }

  countOf(call: Call): number {
    return this.#requests.filter((one) => one.call === call).length;
  }

  add({ call, headers, body }: Incoming, request: Request, at: number): void {
    const { pathname, search } = new URL(request.url);
    const shown = { call, method: request.method, path: pathname + search };
    this.#requests.push({ ...shown, headers: Object.fromEntries(headers), body, at });
  }
}
