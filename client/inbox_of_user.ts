import type { Changes } from "./changes.ts";
import { InboxChanges } from "./inbox_changes.ts";
import { newestChats } from "./inbox_chats.ts";
import { InboxConnections } from "./inbox_connections.ts";
import type { InboxParts } from "./inbox_parts.ts";
import { InboxSending } from "./inbox_sending.ts";
import { OptimisticSends } from "./optimistic_sends.ts";
import { type InboxSnapshot, keptProblem, type Problem } from "./inbox_snapshot.ts";
import { InboxThread } from "./inbox_thread.ts";
import type { NewestRows } from "./newest_rows.ts";
import { RetriedRead } from "./retried_read.ts";
import type { Chat } from "./rows.ts";
import { WppError } from "./wpp_error.ts";

export interface InboxOfUserOptions extends InboxParts {
  /** `""` where it is not known. */
  user: string;
  /** Called after each change. */
  onChange(): void;
  /** All was erased meanwhile, or is of another organization: it is to be loaded anew. */
  onStale(): void;
}

/** What one user of one organization sees, until it is closed or stale. */
export class InboxOfUser {
  readonly sending: InboxSending;
  readonly #options: InboxOfUserOptions;
  readonly #over = new AbortController();
  readonly #chats: NewestRows<Chat>;
  readonly #pages: RetriedRead;
  readonly #sends = new OptimisticSends();
  readonly #connections: InboxConnections;
  readonly #changes: InboxChanges;
  #thread: InboxThread | undefined;
  /** Why changes could not be read. */
  #problem: Problem | null = null;

  constructor(options: InboxOfUserOptions) {
    const { supabase, wpp, sendFile, user, maxChats, onChange, onStale } = options;
    this.#options = options;
    this.#chats = newestChats(wpp, maxChats);
    this.#pages = new RetriedRead({ read: (signal) => this.#chats.readPage(signal), onChange });
    const connections = new InboxConnections({ wpp, onChange });
    this.#connections = connections;
    this.#changes = new InboxChanges({
      ...{ supabase, wpp, onStale },
      load: (signal) => this.#chats.readPage(signal),
      take: (changes) => this.#take(changes),
      onEnd: (problem) => this.#onRead(problem),
      onConnection: (hint) => connections.onHint(hint),
      onLive: (isLive) => {
        connections.setLive(isLive);
        onChange();
      },
    });
    const [sends, changes] = [this.#sends, this.#changes];
    const thread = () => this.#thread;
    this.sending = new InboxSending({ wpp, sendFile, sends, changes, user, thread, onChange });
  }

  /** What it shows: all but whether the browser is offline. */
  get view(): InboxSnapshot {
    return {
      channel: this.#changes.isLive ? "live" : "polling",
      user: this.#options.user,
      isLoaded: this.#changes.change !== undefined,
      chats: this.#chats.rows as Chat[],
      moreChats: this.#chats.more,
      chat: this.#thread?.view ?? null,
      connections: this.#connections.rows,
      problem: this.#problem ?? this.#pages.problem ?? this.#connections.problem,
    };
  }

  close(): void {
    this.#over.abort();
    this.#pages.stop();
    this.#changes.stop();
    this.#connections.stop();
    this.#thread?.close();
  }

  async open(id: string | null): Promise<void> {
    const { wpp, readChat, maxMessages, onChange } = this.#options;
    if (this.#thread && this.#thread.id === id) return await this.#thread.reopen();
    this.#thread?.close();
    this.#sends.keepOnly(id);
    const row = this.#chats.rows.find((chat) => chat.id === id) ?? null;
    const options = { wpp, readChat, sends: this.#sends, max: maxMessages, onChange };
    this.#thread = id === null ? undefined : new InboxThread(id, row, options);
    if (this.#thread) await this.#thread.readPage();
    else onChange();
  }

  async more(what: "chats" | "messages" = this.#thread ? "messages" : "chats"): Promise<void> {
    if (what === "messages") return await this.#thread?.readPage();
    if (this.#changes.change === undefined) return; // the first page is under way
    await this.#pages.read();
  }

  /** What could not be marked stays unread. */
  async markRead(): Promise<void> {
    const { id, arrived, row } = this.#thread ?? {};
    if (id === undefined || !arrived || (row && row.read_up_to >= arrived)) return;
    const { signal } = this.#over;
    try {
      await this.#options.wpp.markRead(id, arrived, { signal });
      this.#changes.wake();
    } catch (error) {
      if (!(error instanceof WppError) && !signal.aborted) throw error;
    }
  }

  refresh(): void {
    this.#changes.now();
    this.#connections.now();
    this.#retryPages();
  }

  /** The user has another token, which may be one of another organization. */
  onToken(): void {
    this.#changes.now();
  }

  #take({ chats, messages }: Changes): void {
    if (chats.length + messages.length === 0) return;
    this.#chats.take(chats);
    this.#thread?.take(chats, messages);
    this.#options.onChange();
  }

  #onRead(problem: WppError | undefined): void {
    const wasFailing = this.#problem !== null;
    this.#problem = keptProblem(this.#problem, problem);
    if (wasFailing && !problem) this.#retryPages(); // what was in their way may have ended, too
    this.#options.onChange();
  }

  #retryPages(): void {
    this.#pages.retry();
    this.#thread?.retry();
  }
}
