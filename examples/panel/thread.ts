import { type Message, type WppClient, WppError } from "../../client/wpp_client.ts";

/** Messages of one page. */
const PAGE_SIZE = 200;
/** How many stay when the end of the thread is shown again. */
const MAX_AT_END = 200;
/** No more are kept, however far one scrolls up. */
export const MAX_MESSAGES = 5000;

/** The messages of a chat: the newest, and as many older pages as were asked for. */
export class Thread {
  readonly chatId: string;
  /** Oldest first. */
  messages: readonly Message[] = [];
  isLoaded = false;
  isLoading = false;
  /** Whether there are older ones. */
  more = false;
  /** Why the last page could not be read. */
  problem: WppError | undefined;
  readonly #wpp: Pick<WppClient, "messages">;
  /** The oldest message that was read as part of a page: below it there are gaps. */
  #floor: Message | undefined;

  constructor(wpp: Pick<WppClient, "messages">, chatId: string) {
    this.#wpp = wpp;
    this.chatId = chatId;
  }

  /** Whether older messages are left out because of {@link MAX_MESSAGES}. */
  get isFull(): boolean {
    return this.more && this.messages.length >= MAX_MESSAGES;
  }

  /** The number by which all that is shown has arrived. */
  get arrived(): number {
    return this.messages.reduce((last, { arrived }) => Math.max(last, arrived ?? 0), 0);
  }

  /** Reads the newest page, or after that the page before the oldest message. */
  async readPage(): Promise<void> {
    if (this.isLoading || (this.isLoaded && !this.more) || this.isFull) return;
    this.isLoading = true;
    try {
      const before = this.#floor;
      const page = await this.#wpp.messages(this.chatId, { before, limit: PAGE_SIZE });
      this.problem = undefined;
      this.isLoaded = true;
      this.more = page.more;
      this.#floor = page.messages.at(-1) ?? before;
      this.#merge(page.messages);
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      this.problem = error;
    } finally {
      this.isLoading = false;
    }
  }

  /** Takes over rows that changed. Those older than what was read come with their page. */
  apply(rows: readonly Message[]): void {
    const own = rows.filter((row) => row.chat_id === this.chatId);
    if (own.length > 0) this.#merge(own);
  }

  /** Lets go of older pages, and returns whether there were any. */
  trim(): boolean {
    if (this.messages.length <= MAX_AT_END || this.isLoading) return false;
    this.messages = this.messages.slice(-MAX_AT_END);
    this.#floor = this.messages[0];
    this.more = true;
    return true;
  }

  #merge(rows: readonly Message[]): void {
    const byId = new Map(this.messages.map((message) => [message.id, message]));
    for (const row of rows) {
      const known = byId.get(row.id);
      if (!known || (known.change ?? 0) <= (row.change ?? 0)) byId.set(row.id, row);
    }
    const floor = this.more ? this.#floor : undefined;
    this.messages = [...byId.values()]
      .filter((message) => !floor || inOrder(floor, message) <= 0)
      .sort(inOrder);
  }
}

/** The order of a thread. */
function inOrder(a: Message, b: Message): number {
  const [one, other] = [microseconds(a.sent_at), microseconds(b.sent_at)];
  if (one !== other) return one < other ? -1 : 1;
  return (a.arrived ?? 0) - (b.arrived ?? 0);
}

/** A time of the database, all in UTC, in a form that sorts: `Date` would drop the microseconds. */
function microseconds(time: string): string {
  return time.replace(/[+Z].*$/, "");
}
