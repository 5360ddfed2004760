import type { SendAttempt } from "./call.ts";
import { randomKey } from "./random_key.ts";
import { memoryStore, pageStore, type SendKeyStore } from "./send_key_store.ts";

/** How long the same message, sent again, counts as a retry and not as a new message. */
const KEY_LIFETIME_MS = 60 * 60 * 1000;
/** How many keys are kept; beyond that the one that was used longest ago goes. */
const MAX_KEYS = 100;
/** The one item of the store that is used. */
const ITEM = "wpp-messenger-send-keys";

/** A message's idempotency key, and how many requests went out under it, when the last did. */
type Entry = [key: string, requests: number, usedAt: number];

/**
 * Idempotency keys of messages that may have gone out. The same message, sent again, gets the same
 * key, so that it arrives once: also after a reload, and from another tab. Each method reads the
 * store anew, since other tabs write to it.
 */
export class SendKeys {
  #store: SendKeyStore | undefined;

  constructor(store?: SendKeyStore) {
    this.#store = store;
  }

  /**
   * The key to send a message under, and whether a request went out under it already.
   *
   * @param id Names the message in the store, and tells neither its number nor its text.
   * @param ownKey The caller's; left out, one is made.
   */
  begin(id: string, ownKey: string = randomKey()): SendAttempt {
    const entries = this.#read();
    const [key, requests] = entries.get(id) ?? [ownKey, 0];
    this.#put(entries, id, [key, requests + 1, Date.now()]);
    return { key, isRepeated: requests > 0 };
  }

  /** Keeps the key of a request that may have sent its message, unless a newer one is kept. */
  keep(id: string, key: string): void {
    const entries = this.#read();
    const [kept, requests] = entries.get(id) ?? [key, 1];
    if (kept === key) this.#put(entries, id, [key, requests, Date.now()]);
  }

  /** Forgets a key, unless requests other than the one that ended went out under it. */
  drop(id: string, key: string): void {
    const [kept, requests] = this.#read().get(id) ?? [];
    if (kept === key && requests === 1) this.forget(id);
  }

  /** Forgets a message's key: what became of the message is known, or it is to go out again. */
  forget(id: string): void {
    const entries = this.#read();
    if (entries.delete(id)) this.#write(entries);
  }

  #put(entries: Map<string, Entry>, id: string, entry: Entry): void {
    entries.delete(id); // a Map keeps the place of a key that is set again
    entries.set(id, entry);
    for (const oldest of [...entries.keys()].slice(0, -MAX_KEYS)) entries.delete(oldest);
    this.#write(entries);
  }

  #read(): Map<string, Entry> {
    try {
      this.#store ??= pageStore() ?? memoryStore();
      return parse(this.#store.getItem(ITEM));
    } catch {
      this.#store = memoryStore(); // a browser that was told to block the site's data
      return new Map();
    }
  }

  /** A store that is full or blocked is emptied and left: a stale key there would swallow a message. */
  #write(entries: Map<string, Entry>): void {
    const text = JSON.stringify([...entries]);
    try {
      this.#store?.setItem(ITEM, text);
    } catch {
      try {
        this.#store?.removeItem(ITEM);
      } catch {
        // blocked altogether
      }
      this.#store = memoryStore();
      this.#store.setItem(ITEM, text);
    }
  }
}

/** What is too old is left out. The clock may have been set back meanwhile. */
function parse(text: string | null): Map<string, Entry> {
  try {
    const entries: [id: string, Entry][] = JSON.parse(text ?? "[]");
    return new Map(
      entries.filter(([, [, , usedAt]]) => Math.abs(Date.now() - usedAt) < KEY_LIFETIME_MS),
    );
  } catch {
    return new Map(); // not written by us
  }
}
