import type { Chat, WppClient } from "../../client/wpp_client.ts";

/** Chats of one page. */
const PAGE_SIZE = 50;

/** The chats that were read, and which of them are listed. */
export class ChatList {
  /** Whether there are more than were read. */
  more = false;
  /** What is looked for; empty: all are listed. */
  search = "";
  readonly #wpp: Pick<WppClient, "chats">;
  readonly #chats = new Map<string, Chat>();
  /** What the search found, in order. */
  #found: string[] | undefined;
  /** The last chat of the last page. */
  #last: Chat | undefined;

  constructor(wpp: Pick<WppClient, "chats">) {
    this.#wpp = wpp;
  }

  /** Those to show, in order. */
  get listed(): Chat[] {
    if (this.#found) return this.#found.map((id) => this.#chats.get(id)!);
    return [...this.#chats.values()].sort(newestFirst);
  }

  get(id: string): Chat | undefined {
    return this.#chats.get(id);
  }

  /** Takes over rows, unless newer ones are here. */
  take(rows: readonly Chat[]): void {
    for (const row of rows) {
      const known = this.#chats.get(row.id);
      if (!known || known.change <= row.change) this.#chats.set(row.id, row);
    }
  }

  /** Reads the next page; rejects as the client does. */
  async readPage(): Promise<void> {
    const page = await this.#wpp.chats({ before: this.#last, limit: PAGE_SIZE });
    this.take(page.chats);
    this.#last = page.chats.at(-1) ?? this.#last;
    this.more = page.more;
  }

  /** Lists those with these words in their name or number; none: all. Rejects as the client does. */
  async find(words: string): Promise<void> {
    this.search = words;
    if (words.trim() === "") {
      this.#found = undefined;
      return;
    }
    const { chats } = await this.#wpp.chats({ search: words });
    if (this.search !== words) return; // other words were typed meanwhile
    this.take(chats);
    this.#found = chats.map(({ id }) => id);
  }

  /** Whether all chats are listed, of which there may be more to read. */
  get isWhole(): boolean {
    return this.#found === undefined;
  }
}

function newestFirst(a: Chat, b: Chat): number {
  const [one, other] = [a, b].map(({ last_message_at }) => Date.parse(last_message_at ?? "") || 0);
  return other - one || (a.id < b.id ? -1 : 1);
}
