import type { CallOptions } from "./call.ts";
import type { Message } from "./rows.ts";
import { askStorage } from "./storage.ts";
import type { SupabaseLike } from "./supabase.ts";
import { within } from "./within.ts";

/** How long a link can be fetched. */
const LIFETIME_S = 60 * 60;
/** A link that ends sooner than that is not handed out any more: a player may fetch for a while. */
const MARGIN_MS = 5 * 60 * 1000;
/** How many links are kept; beyond that the oldest goes. */
const MAX_LINKS = 2_000;
/** How many links one request asks for at most. */
const MAX_PATHS = 200;
/** Beyond the time that Storage has for each request. */
const TIMEOUT_MS = 60_000;

/** What is needed of a message to show its file: any row has it. */
export type MediaMessage = Pick<Message, "media">;

/** A link, or null where there is no such file. */
type Link = Promise<string | null>;

/** Signed links to files, each kept until shortly before its end. */
export class MediaLinks {
  readonly #supabase: SupabaseLike;
  /** By path, the oldest first. */
  readonly #links = new Map<string, { link: Link; usableUntil: number }>();
  /** Paths that the next request asks for, and what it will answer. */
  #due: string[] = [];
  #answer: Promise<Map<string, string | null>> | undefined;

  constructor(supabase: SupabaseLike) {
    this.#supabase = supabase;
  }

  /** One for each message; null: it has no file that could be fetched, or not yet. */
  async of(
    messages: readonly MediaMessage[],
    { signal }: CallOptions = {},
  ): Promise<(string | null)[]> {
    const links = messages.map(({ media }) =>
      media?.path !== undefined && media.state === "stored"
        ? this.#linkTo(media.path)
        : media?.url ?? null
    );
    return await within(Promise.all(links), TIMEOUT_MS, signal);
  }

  #linkTo(path: string): Link {
    const kept = this.#links.get(path);
    if (kept && Date.now() < kept.usableUntil) return kept.link;
    this.#links.delete(path);
    const usableUntil = Date.now() + LIFETIME_S * 1000 - MARGIN_MS;
    const link = this.#ask(path);
    this.#links.set(path, { link, usableUntil });
    const [oldest] = this.#links.keys();
    if (this.#links.size > MAX_LINKS) this.#links.delete(oldest!);
    const forget = () => {
      if (this.#links.get(path)?.link === link) this.#links.delete(path);
    };
    link.then((url) => url ?? forget(), forget); // then the next call asks again
    return link;
  }

  /** All that is asked for in one go, also by several calls, goes into one request. */
  async #ask(path: string): Link {
    this.#due.push(path);
    this.#answer ??= Promise.resolve().then(() => {
      const paths = this.#due;
      this.#due = [];
      this.#answer = undefined;
      return this.#sign(paths);
    });
    return (await this.#answer).get(path) ?? null;
  }

  async #sign(paths: string[]): Promise<Map<string, string | null>> {
    const urls = new Map<string, string | null>();
    for (let at = 0; at < paths.length; at += MAX_PATHS) {
      const page = paths.slice(at, at + MAX_PATHS);
      const signed = await askStorage(
        this.#supabase,
        (bucket) => bucket.createSignedUrls(page, LIFETIME_S),
      );
      for (const { path, signedUrl } of signed) if (path !== null) urls.set(path, signedUrl);
    }
    return urls;
  }
}
