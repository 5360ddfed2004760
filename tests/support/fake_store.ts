/** Organizations' chats and messages in memory, as the database answers them to the client. */
import type { Chat, Message } from "../../client/wpp_client.ts";
import type { QueryLike, QueryResult } from "../../client/supabase.ts";

/** Rows of one organization. */
export class FakeOrganization {
  readonly id: string;
  readonly topic: string;
  readonly chats = new Map<string, Chat>();
  readonly messages = new Map<string, Message>();
  change = 0;
  /** Called after each transaction. */
  onCommit = (_change: number) => {};
  #count = 0;

  constructor(id: string) {
    this.id = id;
    this.topic = `messenger:${id}`;
  }

  /** A message comes into a chat, which is made where it is missing. */
  receive(chat: string, text: string, more: Partial<Message> = {}): Message {
    const message = this.#insert(chat, { direction: "in", source: "contact", text, ...more });
    this.onCommit(this.change);
    return message;
  }

  /** As wpp-send writes it. */
  send(chat: string, text: string, author: string, more: Partial<Message> = {}): Message {
    const ours = { direction: "out", source: "api", status: "accepted", author } as const;
    const message = this.#insert(chat, { ...ours, text, ...more });
    this.onCommit(this.change);
    return message;
  }

  /** Something of a message changes, such as its delivery. */
  update(id: string, more: Partial<Message>): void {
    this.messages.set(id, { ...this.messages.get(id)!, ...more, change: ++this.change });
    this.onCommit(this.change);
  }

  /** Its newest rows, in the order of the index. */
  get newestChats(): Chat[] {
    return [...this.chats.values()].sort((a, b) =>
      compare(b.last_message_at!, a.last_message_at!) || compare(a.id, b.id)
    );
  }

  messagesOf(chat: string): Message[] {
    return [...this.messages.values()].filter(({ chat_id }) => chat_id === chat)
      .sort((a, b) => compare(b.sent_at, a.sent_at) || b.arrived! - a.arrived!);
  }

  changesSince(since: number | null, max = 100): object {
    const all = since === null ? [] : [
      ...[...this.chats.values()].map((row) => ({ kind: "chats" as const, row })),
      ...[...this.messages.values()].map((row) => ({ kind: "messages" as const, row })),
    ].filter(({ row }) => row.change! > since).sort((a, b) => a.row.change! - b.row.change!);
    const page = all.slice(0, max);
    const more = all.length > max;
    const rows = (kind: string) => page.filter((one) => one.kind === kind).map(({ row }) => row);
    const change = more ? page.at(-1)!.row.change! : this.change;
    return { change, more, topic: this.topic, chats: rows("chats"), messages: rows("messages") };
  }

  #insert(chat_id: string, fields: Partial<Message>): Message {
    const id = `m${String(++this.#count).padStart(4, "0")}`;
    const sent_at = fields.sent_at ?? new Date().toISOString().replace("Z", "000+00:00");
    const change = ++this.change;
    const message = { id, chat_id, sent_at, reactions: [], ...fields, change, arrived: change };
    this.messages.set(id, message as unknown as Message);
    const [known, { direction, text }] = [this.chats.get(chat_id), message];
    const last = { id, text, direction, kind: "text", deleted: false };
    const at = known?.last_message_at ?? "";
    const base = { id: chat_id, phone: `+7${chat_id}`, read_up_to: 0, unread_count: 0, ...known };
    this.chats.set(chat_id, {
      ...base,
      ...(sent_at >= at ? { last_message: last, last_message_at: sent_at } : {}),
      unread_count: base.unread_count + (direction === "in" ? 1 : 0),
      change: ++this.change,
    } as Chat);
    return message as unknown as Message;
  }
}

const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;

/** A query of the client on rows that are in their order already. */
export class FakeQuery implements QueryLike {
  readonly #run: (query: FakeQuery) => Promise<QueryResult>;
  /** Values by column, of `eq`. */
  readonly equal: Record<string, string> = {};
  /** What `or` was given: the row before the page. */
  before = "";
  max = Infinity;
  signal: { aborted: boolean; reason?: unknown } | undefined;

  constructor(run: (query: FakeQuery) => Promise<QueryResult>) {
    this.#run = run;
  }

  eq(column: string, value: string): this {
    this.equal[column] = value;
    return this;
  }

  lte(): this {
    return this;
  }

  or(filters: string): this {
    this.before = filters;
    return this;
  }

  order(): this {
    return this;
  }

  limit(count: number): this {
    this.max = count;
    return this;
  }

  abortSignal(signal: { aborted: boolean }): this {
    this.signal = signal;
    return this;
  }

  then<A, B>(
    resolve?: ((value: QueryResult) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.#run(this).then(resolve, reject);
  }

  /** The page of rows, which are in order: those after the position that is named. */
  page<Row extends Chat | Message>(rows: Row[]): Row[] {
    const [, at, last] = /\.lt\."([^"]+)".*(?:id\.gt|arrived\.lt)\."([^"]+)"/.exec(this.before) ??
      [];
    const isAfter = (row: Row) =>
      "arrived" in row
        ? row.sent_at < at! || (row.sent_at === at && row.arrived! < Number(last))
        : row.last_message_at! < at! || (row.last_message_at === at && row.id > last!);
    return rows.filter((row) => !at || isAfter(row)).slice(0, this.max);
  }
}
