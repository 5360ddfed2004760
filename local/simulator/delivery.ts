import { sleep, withDeadline } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { EventBody } from "./events.ts";
import { type Mishap, Mishaps } from "./mishaps.ts";
import type { Settings } from "./options.ts";
import { shownUrl, type Webhooks } from "./webhooks.ts";

/** An event whose turn came. */
export interface PostedEvent {
  readonly session: string;
  /** Without the query, which holds the webhook's token. */
  readonly url: string;
  readonly body: EventBody;
  /** The status of each answer, null where none came; none of both: the event was dropped. */
  readonly answers: readonly (number | null)[];
  /** In milliseconds since 1970. */
  readonly at: number;
}

interface Waiting {
  body: Promise<EventBody | null>;
  mishap: Mishap;
  ended: (event: PostedEvent | null) => void;
}

/** Posts events to webhooks in the background: those of one session one after the other. */
export class Delivery {
  readonly #webhooks: Webhooks;
  readonly #settings: Settings;
  readonly #mishaps: Mishaps;
  readonly #events: PostedEvent[] = [];
  readonly #queues = new Map<string, { waiting: Waiting[]; done: Promise<void> }>();
  readonly #stopping = new AbortController();

  constructor(webhooks: Webhooks, settings: Settings) {
    this.#webhooks = webhooks;
    this.#settings = settings;
    this.#mishaps = new Mishaps(settings);
  }

  /** In the order in which they were posted; empty where requests are not recorded. */
  get events(): readonly PostedEvent[] {
    return this.#events;
  }

  /**
   * Resolves when the event was taken or given up; with null where there is no webhook or no body,
   * or when everything was stopped before its turn. Never rejects, unless the body does.
   */
  post(session: string, body: Promise<EventBody | null>): Promise<PostedEvent | null> {
    return new Promise((resolve, reject) => {
      body.catch(reject);
      const waiting = { body, mishap: this.#mishaps.next(), ended: resolve };
      const queue = this.#queues.get(session);
      if (!queue) {
        const first = [waiting];
        this.#queues.set(session, { waiting: first, done: this.#run(session, first) });
      } else if (waiting.mishap.overtakes) {
        queue.waiting.splice(-1, 0, waiting);
      } else {
        queue.waiting.push(waiting);
      }
    });
  }

  /** Resolves when no event waits any more. */
  async settled(): Promise<void> {
    while (this.#queues.size > 0) {
      await Promise.all([...this.#queues.values()].map(({ done }) => done));
    }
  }

  /** Gives up all events; resolves when no request and no timer is left. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("The simulator was stopped"));
    await this.settled();
  }

  async #run(session: string, queue: Waiting[]): Promise<void> {
    await null; // so that events of the same moment can overtake the first one
    for (let next = queue.shift(); next; next = queue.shift()) {
      const body = await next.body.catch(() => null);
      next.ended(body && await this.#deliver(session, body, next.mishap));
    }
    this.#queues.delete(session);
  }

  async #deliver(
    session: string,
    body: EventBody,
    { drops, doubles }: Mishap,
  ): Promise<PostedEvent | null> {
    const url = this.#webhooks.urlOf(session);
    if (url === undefined || this.#stopping.signal.aborted) return null;
    const answers: (number | null)[] = [];
    const event = { session, url: shownUrl(url), body, answers, at: this.#settings.now() };
    if (this.#settings.recordsRequests) this.#events.push(event);
    if (drops) return event;
    const text = JSON.stringify(body);
    await this.#insist(session, text, answers);
    if (doubles) await this.#insist(session, text, answers);
    return event;
  }

  /** Posts until the answer is 2xx or the retries are used up, to the URL that is known then. */
  async #insist(session: string, text: string, answers: (number | null)[]): Promise<void> {
    const { signal } = this.#stopping;
    for (let tries = 0; tries <= this.#settings.eventRetries; tries++) {
      if (tries > 0) await sleep(this.#settings.eventRetryDelay * 1000, signal).catch(() => {});
      const url = this.#webhooks.urlOf(session);
      if (url === undefined || signal.aborted) return;
      const status = await this.#request(url, text);
      answers.push(status);
      if (status !== null && status >= 200 && status < 300) return;
    }
  }

  /** The answer's status; null where none came. No error is shown: it could quote the URL. */
  async #request(url: string, body: string): Promise<number | null> {
    const { fetch, eventTimeout } = this.#settings;
    const headers = { "content-type": "application/json" };
    try {
      return await withDeadline(eventTimeout * 1000, this.#stopping.signal, async (signal) => {
        const init = { method: "POST", headers, body, signal, redirect: "manual" } as const;
        const response = await fetch(url, init);
        await response.body?.cancel();
        return response.status;
      });
    } catch {
      return null;
    }
  }
}
