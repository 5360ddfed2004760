import { EMPTY_INBOX } from "../../client/inbox_snapshot.ts";
import { type Inbox, type InboxSnapshot, type WppClient } from "../../client/wpp_client.ts";
import { ChatSearch } from "./chat_search.ts";
import { t } from "./language.ts";
import { newMessages } from "./new_messages.ts";
import type { OutgoingFile } from "./outgoing_file.ts";

/** How many messages of a chat are shown at most, however far one scrolls up. */
export const MAX_MESSAGES = 5_000;

interface ChatsOptions {
  wpp: WppClient;
  /** Lets screen readers say this. */
  announce(text: string): void;
  /** The inbox shows something else. */
  onSnapshot(snapshot: InboxSnapshot): void;
}

/** The client's inbox, while somebody is signed in, and what this page adds to it. */
export class Chats {
  /** Whether a message to a new number is being written; no chat is open then. */
  isNew = false;
  /** What was typed, by chat. */
  readonly drafts = new Map<string, string>();
  /** What was attached, by chat. */
  readonly files = new Map<string, OutgoingFile>();
  readonly search: ChatSearch;
  /** Called after each change. */
  onChange = () => {};
  readonly #options: ChatsOptions;
  #inbox: Inbox | undefined;
  #shown = EMPTY_INBOX;

  constructor(options: ChatsOptions) {
    this.#options = options;
    this.search = new ChatSearch(options.wpp, () => this.onChange());
  }

  get snapshot(): InboxSnapshot {
    return this.#shown;
  }

  /** Somebody is signed in. */
  begin(): void {
    if (this.#inbox) return;
    this.#inbox = this.#options.wpp.inbox({ maxMessages: MAX_MESSAGES });
    this.#inbox.subscribe(() => this.#take());
    this.#take();
  }

  /** Nobody is: forgets everything. */
  end(): void {
    this.#inbox?.close();
    this.#inbox = undefined;
    this.#shown = EMPTY_INBOX;
    this.isNew = false;
    this.drafts.clear();
    for (const file of this.files.values()) {
      file.cancel();
      file.release();
    }
    this.files.clear();
    this.search.find("");
  }

  /** Opens a chat; left out, none. Opened once more, it lets go of its older pages. */
  open(id?: string): void {
    this.isNew = false;
    this.#inbox?.open(id ?? null);
    this.onChange();
  }

  openNew(): void {
    this.isNew = true;
    this.#inbox?.open(null);
    this.onChange();
  }

  more(what: "chats" | "messages"): void {
    this.#inbox?.more(what);
  }

  /** Marks what the open chat shows as read. */
  markRead(): void {
    this.#inbox?.markRead();
  }

  /** Rejects as the client does. */
  async send(...message: Parameters<Inbox["send"]>): ReturnType<Inbox["send"]> {
    return await (this.#inbox ?? this.#options.wpp).send(...message);
  }

  /** Rejects as the client does. */
  async sendFile(...message: Parameters<Inbox["sendFile"]>): ReturnType<Inbox["sendFile"]> {
    return await (this.#inbox ?? this.#options.wpp).sendFile(...message);
  }

  /** Rejects as the client does. */
  async rename(id: string, name: string): Promise<void> {
    await this.#options.wpp.renameChat(id, name);
    this.refresh();
  }

  /** Reads now, because something was done here: that need not wait for a hint of it. */
  refresh(): void {
    this.#inbox?.refresh();
  }

  #take(): void {
    const before = this.#shown;
    this.#shown = this.#inbox!.getSnapshot();
    const { announce, onSnapshot } = this.#options;
    const isBack = before.channel === "offline" && this.#shown.channel !== "offline";
    const text = newMessages(before, this.#shown) || (isBack ? t().onlineAgain : "");
    if (text) announce(text);
    onSnapshot(this.#shown);
    this.onChange();
  }
}
