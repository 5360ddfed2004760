import { backoffMs } from "../../client/pause.ts";
import { type WppClient, WppError } from "../../client/wpp_client.ts";
import { ChatList } from "./chat_list.ts";
import { newMessages } from "./new_messages.ts";
import { Poller } from "./poller.ts";
import { Thread } from "./thread.ts";

/** Pause between two reads of what changed. */
const POLL_MS = 3_000;

interface ChatStoreOptions {
  wpp: WppClient;
  /** Lets screen readers say this. */
  announce(text: string): void;
  /** The sign-in has ended. */
  onLost(error: WppError): void;
}

/** The chats of the signed-in user and the thread that is open, as the database has them. */
export class ChatStore {
  /** Who is signed in. */
  user = "";
  isLoaded = false;
  list: ChatList;
  /** The messages of the open chat. */
  thread: Thread | undefined;
  /** Whether a message to a new number is being written; no chat is open then. */
  isNew = false;
  /** Why the last read failed; it is being repeated. */
  problem: WppError | undefined;
  /** What was typed, by chat. */
  readonly drafts = new Map<string, string>();
  /** Called after each change. */
  onChange = () => {};
  readonly #options: ChatStoreOptions;
  readonly #poller = new Poller((signal) => this.#read(signal));
  /** All changes up to this one are taken over. */
  #change: number | undefined;
  #failures = 0;

  constructor(options: ChatStoreOptions) {
    this.#options = options;
    this.list = new ChatList(options.wpp);
  }

  /** Forgets everything: another user, or none, is signed in. */
  reset(user = ""): void {
    this.stop();
    this.user = user;
    this.#clear();
    this.drafts.clear();
  }

  start(): void {
    this.#poller.start();
  }

  stop(): void {
    this.#poller.stop();
  }

  /** Reads now what has changed, because something was done. */
  refresh(): void {
    this.#poller.wake();
  }

  /** Opens a chat; left out, none. */
  async open(id?: string): Promise<void> {
    this.isNew = false;
    this.thread = id === undefined ? undefined : new Thread(this.#options.wpp, id);
    this.onChange();
    if (this.thread) await this.readPage(this.thread);
  }

  openNew(): void {
    this.thread = undefined;
    this.isNew = true;
    this.onChange();
  }

  /** Reads the next page of a thread: its newest messages, then older ones. */
  async readPage(thread: Thread): Promise<void> {
    const reading = thread.readPage();
    this.onChange();
    await reading;
    if (this.thread !== thread) return;
    if (thread.problem?.code === "unauthorized") this.#options.onLost(thread.problem);
    this.onChange();
  }

  /** Reads the next page of the list. */
  async readChats(): Promise<void> {
    await this.#try(() => this.list.readPage());
  }

  async find(words: string): Promise<void> {
    await this.#try(() => this.list.find(words));
  }

  /** Marks what the thread shows as read. Resolves with whether that was possible. */
  async markRead({ chatId, arrived }: Thread): Promise<boolean> {
    const isDone = await this.#try(() => this.#options.wpp.markRead(chatId, arrived));
    if (isDone) this.refresh();
    return isDone;
  }

  /** Rejects as the client does. */
  async rename(id: string, name: string): Promise<void> {
    await this.#options.wpp.renameChat(id, name);
    this.refresh();
  }

  #clear(): void {
    this.list = new ChatList(this.#options.wpp);
    this.isLoaded = this.isNew = false;
    this.thread = this.problem = this.#change = undefined;
  }

  async #try(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      this.onChange();
    }
  }

  async #read(signal: AbortSignal): Promise<number> {
    try {
      await (this.#change === undefined ? this.#load(signal) : this.#follow(this.#change, signal));
      if (signal.aborted) return 0;
      this.#failures = 0;
      if (this.problem) this.#recover();
      return POLL_MS;
    } catch (error) {
      if (signal.aborted) return 0;
      const { retryAfter } = this.#fail(error);
      this.onChange();
      return backoffMs(++this.#failures, retryAfter);
    }
  }

  /** The number is read first: what changes meanwhile is read again, and nothing is left out. */
  async #load(signal: AbortSignal): Promise<void> {
    const { change } = await this.#options.wpp.changesSince();
    await this.list.readPage();
    if (signal.aborted) return;
    this.#change = change;
    this.isLoaded = true;
    this.onChange();
  }

  async #follow(since: number, signal: AbortSignal): Promise<void> {
    for (let from = since, more = true; more && !signal.aborted;) {
      const page = await this.#options.wpp.changesSince(from);
      if (signal.aborted) return;
      if (page.change < from) { // the organization was erased meanwhile
        this.#clear();
        return await this.#load(signal);
      }
      more = page.more;
      this.#change = page.change;
      if (page.chats.length + page.messages.length > 0) {
        this.list.take(page.chats);
        this.thread?.apply(page.messages);
        const text = newMessages(page.messages, from, (id) => this.list.get(id));
        if (text) this.#options.announce(text);
        this.onChange();
      }
      from = page.change;
    }
  }

  #recover(): void {
    this.problem = undefined;
    this.onChange();
    if (this.thread?.problem) this.readPage(this.thread);
  }

  #fail(error: unknown): WppError {
    if (!(error instanceof WppError)) throw error;
    this.problem = error;
    if (error.code === "unauthorized") this.#options.onLost(error);
    return error;
  }
}
