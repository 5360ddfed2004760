import type { SendInput, SendOutput } from "./contract.ts";
import { InboxOfUser } from "./inbox_of_user.ts";
import type { InboxParts } from "./inbox_parts.ts";
import { EMPTY_INBOX, type InboxSnapshot } from "./inbox_snapshot.ts";
import type { SendOptions } from "./send.ts";
import type { SendFileOptions } from "./send_file.ts";
import type { FileLike } from "./supabase.ts";
import { isOffline, watchPage } from "./watch_page.ts";
import { watchUser } from "./watch_user.ts";

/** The inbox of whoever is signed in: one user's after the other's, never two at once. */
export class InboxStore {
  readonly #parts: InboxParts;
  readonly #stopWatching: (() => void)[];
  readonly #listeners = new Set<() => void>();
  #current: InboxOfUser | undefined;
  #snapshot: InboxSnapshot = EMPTY_INBOX;
  #isClosed = false;
  /** Resolves when it is known who is signed in, or does not matter any more. */
  readonly #known: Promise<void>;
  #setKnown!: () => void;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#known = new Promise((resolve) => this.#setKnown = resolve);
    const onChange = () => this.#changed();
    this.#stopWatching = [
      watchPage({ onVisibility() {}, onNetwork: onChange }),
      watchUser(parts.supabase, {
        onUser: (user) => this.#begin(user),
        onToken: () => this.#current?.onToken(),
      }),
    ];
    this.#changed();
  }

  get snapshot(): InboxSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener(); // the same listener may be given twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  async open(chatId: string | null): Promise<void> {
    if (!this.#current) await this.#known;
    await this.#current?.open(chatId);
  }

  async more(what?: "chats" | "messages"): Promise<void> {
    await this.#current?.more(what);
  }

  async send(input: SendInput, options?: SendOptions): Promise<SendOutput> {
    if (this.#isClosed) throw new Error("The inbox is closed.");
    const sender = this.#current?.sending ?? this.#parts.wpp;
    return await sender.send(input, options);
  }

  async sendFile(file: FileLike, options: SendFileOptions): Promise<SendOutput> {
    if (this.#isClosed) throw new Error("The inbox is closed.");
    const sender = this.#current?.sending ?? this.#parts;
    return await sender.sendFile(file, options);
  }

  async markRead(): Promise<void> {
    await this.#current?.markRead();
  }

  refresh(): void {
    this.#current?.refresh();
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stopWatching) stop();
    this.#current?.close();
    this.#current = undefined;
    this.#listeners.clear();
    this.#setKnown();
  }

  /** Everything of the one before goes before anything of this one is read. */
  #begin(user: string | null): void {
    this.#current?.close();
    this.#current = user === null ? undefined : new InboxOfUser({
      ...this.#parts,
      user,
      onChange: () => this.#changed(),
      onStale: () => this.#begin(user),
    });
    this.#setKnown();
    this.#changed();
  }

  #changed(): void {
    if (this.#isClosed) return;
    const view = this.#current?.view ?? EMPTY_INBOX;
    const snapshot = isOffline() ? { ...view, channel: "offline" as const } : view;
    const fields = Object.entries(snapshot);
    const before = this.#snapshot as unknown as Record<string, unknown>;
    if (fields.every(([name, value]) => before[name] === value)) return;
    this.#snapshot = snapshot;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) call(listener);
  }
}

/** What a listener throws is reported as a rejection, and does not end the reading. */
function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    void Promise.reject(error);
  }
}
