import { backoffMs } from "../../client/pause.ts";
import {
  type Chat,
  type InboxSnapshot,
  type WppClient,
  WppError,
} from "../../client/wpp_client.ts";

/** The chats that were looked for, which need not be among those of the inbox. */
export class ChatSearch {
  /** What is looked for; empty: all chats are listed. */
  words = "";
  /** Why the search failed; it is being repeated. */
  problem: WppError | undefined;
  readonly #wpp: Pick<WppClient, "chats">;
  readonly #onChange: () => void;
  #found: Chat[] | undefined;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(wpp: Pick<WppClient, "chats">, onChange: () => void) {
    this.#wpp = wpp;
    this.#onChange = onChange;
  }

  /** Whether what was found is listed. */
  get isOn(): boolean {
    return this.#found !== undefined;
  }

  /** Those to list: all of the inbox, or those that were found. */
  listed(inbox: InboxSnapshot): Chat[] {
    return this.#found?.map((row) => newest(row, inbox)) ?? inbox.chats;
  }

  /** What was found of that id. */
  get(id: string): Chat | undefined {
    return this.#found?.find((row) => row.id === id);
  }

  /** Looks for chats with these words in their name or number; without any it lists all. */
  async find(words: string): Promise<void> {
    this.words = words;
    clearTimeout(this.#retry);
    try {
      const isAll = words.trim() === "";
      const found = isAll ? undefined : (await this.#wpp.chats({ search: words })).chats;
      if (this.words !== words) return; // other words were typed meanwhile
      this.#found = found;
      this.problem = undefined;
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      if (this.words !== words) return;
      this.problem = error;
      const waitMs = backoffMs(++this.#failures, error.retryAfter);
      this.#retry = setTimeout(() => this.find(words), waitMs);
    }
    this.#onChange();
  }
}

/** A row as it is now, where the inbox has it. */
function newest(row: Chat, { chats, chat }: InboxSnapshot): Chat {
  if (chat?.id === row.id && chat.row) return chat.row;
  return chats.find(({ id }) => id === row.id) ?? row;
}
