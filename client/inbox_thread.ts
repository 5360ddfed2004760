import { microseconds, NewestRows } from "./newest_rows.ts";
import type { OpenChat } from "./inbox_snapshot.ts";
import type { OptimisticSends } from "./optimistic_sends.ts";
import { RetriedRead } from "./retried_read.ts";
import type { Chat, Message } from "./rows.ts";
import type { Signal } from "./supabase.ts";
import type { InboxCalls } from "./inbox_calls.ts";

/** Messages of one page, and how many stay when a chat is opened again. */
const THREAD_PAGE = 200;

export interface ThreadOptions {
  wpp: Pick<InboxCalls, "messages">;
  /** Reads the chat's row; null: there is none. */
  readChat(id: string, options: { signal: Signal }): Promise<Chat | null>;
  sends: OptimisticSends;
  max: number;
  /** Called after each change. */
  onChange(): void;
}

/** The open chat: its row, and its messages with those that are under way. */
export class InboxThread {
  readonly id: string;
  row: Chat | null = null;
  readonly #options: ThreadOptions;
  readonly #rows: NewestRows<Message>;
  readonly #reading: RetriedRead;
  /** Whether a page was asked for, and is not here. */
  #isPageDue = false;
  #view: OpenChat | undefined;
  /** What the view was made of. */
  #seen: unknown[] = [];

  constructor(id: string, row: Chat | null, options: ThreadOptions) {
    this.id = id;
    this.row = row;
    this.#options = options;
    this.#rows = new NewestRows<Message>({
      compare: newestFirst,
      max: options.max,
      readPage: async (before, signal) => {
        const page = { before, limit: THREAD_PAGE, signal };
        const { messages, more } = await options.wpp.messages(id, page);
        return { rows: messages, more };
      },
    });
    this.#reading = new RetriedRead({
      read: (signal) => Promise.all([this.#readPage(signal), this.#readRow(signal)]),
      onChange: () => {
        this.settle();
        options.onChange();
      },
    });
  }

  /** The number by which all that is shown has arrived. */
  get arrived(): number {
    return this.#rows.rows.reduce((last, { arrived }) => Math.max(last, arrived ?? 0), 0);
  }

  /** The same object as long as nothing changed. */
  get view(): OpenChat {
    const { isLoaded, isLoading, more, rows } = this.#rows;
    const { sends } = this.#options;
    const fields = { row: this.row, isLoaded, isLoading, more, problem: this.#reading.problem };
    const seen = [rows, sends.version, ...Object.values(fields)];
    if (!this.#view || seen.some((one, i) => one !== this.#seen[i])) {
      const messages = [...rows].reverse();
      this.#seen = seen;
      this.#view = {
        ...{ id: this.id, ...fields },
        messages: [...messages, ...sends.shown(this.id, messages)],
      };
    }
    return this.#view;
  }

  /** Reads the newest page, or the one before the oldest message; a failure is kept as the problem. */
  async readPage(): Promise<void> {
    this.#isPageDue = true;
    await this.#reading.read();
  }

  /** Reads again now what could not be read. */
  retry(): void {
    this.#reading.retry();
  }

  async #readPage(signal: Signal): Promise<void> {
    if (!this.#isPageDue) return;
    await this.#rows.readPage(signal);
    this.#isPageDue = false;
  }

  /** It is opened once more: lets go of all but its newest messages. */
  async reopen(): Promise<void> {
    this.#rows.trim(THREAD_PAGE);
    this.#options.onChange();
    if (!this.#rows.isLoaded) await this.readPage();
  }

  /** Forgets the sends whose rows are here, and returns whether that were all that were accepted. */
  settle(): boolean {
    return this.#options.sends.settle(this.id, this.#rows.rows);
  }

  close(): void {
    this.#reading.stop();
  }

  take(chats: readonly Chat[], messages: readonly Message[]): void {
    for (const chat of chats) {
      if (chat.id === this.id && (this.row?.change ?? 0) <= chat.change) this.row = chat;
    }
    const others = messages.filter(({ chat_id }) => chat_id !== this.id);
    this.#rows.remove(new Set(others.map(({ id }) => id)));
    this.#rows.take(messages.filter(({ chat_id }) => chat_id === this.id));
    this.settle();
  }

  /** Of a chat that is not in the list. */
  async #readRow(signal: Signal): Promise<void> {
    if (this.row) return;
    const row = await this.#options.readChat(this.id, { signal });
    if (row && !signal.aborted) this.take([row], []);
  }
}

/** The order of a thread, from its end. */
function newestFirst(a: Message, b: Message): number {
  const [one, other] = [microseconds(a.sent_at), microseconds(b.sent_at)];
  if (one !== other) return one < other ? 1 : -1;
  return (b.arrived ?? 0) - (a.arrived ?? 0);
}
