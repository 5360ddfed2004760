/** Where each session's events go. */
export class Webhooks {
  readonly #urls = new Map<string, string>();

  /** Takes the place of the URL that the session had. */
  register(session: string, url: string): void {
    this.#urls.set(session, url);
  }

  urlOf(session: string): string | undefined {
    return this.#urls.get(session);
  }

  get sessions(): string[] {
    return [...this.#urls.keys()];
  }

  /** Forgets all of them, as a platform does that keeps them in memory and restarts. */
  forget(): void {
    this.#urls.clear();
  }
}

/** Whether a webhook can have this URL. */
export function isWebhookUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) &&
    /^https?:$/.test(new URL(value).protocol);
}

/** A webhook's URL as it may be shown: without the query, which holds its token. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
