import type { SendOutput } from "./contract.ts";
import type { InboxMessage } from "./inbox_snapshot.ts";
import { optimisticRow, type SendContent, type SendContext } from "./optimistic_row.ts";
import type { Message } from "./rows.ts";

/** A message that is shown before its row is there. */
export interface OptimisticSend {
  readonly chatId: string;
  row: InboxMessage;
  /** The number after which its row arrives. */
  readonly since: number;
  /** Its row's id, once the answer has told it. */
  messageId?: string;
}

/** Messages under way, and those whose rows are still to come. */
export class OptimisticSends {
  /** Another number after each change. */
  version = 0;
  /** In the order in which they were sent. */
  #sends: OptimisticSend[] = [];
  /** Rows that sends have become, for as long as others are under way: no other send becomes them. */
  readonly #settled = new Set<string>();
  #count = 0;

  add(content: SendContent, context: SendContext): OptimisticSend {
    const { chatId, change } = context;
    const row = optimisticRow(`optimistic-${++this.#count}`, content, context);
    const send = { chatId, row, since: change ?? Infinity };
    this.#set([...this.#sends, send]);
    return send;
  }

  /** The answer came, and named the row. */
  accept(send: OptimisticSend, { messageId, taskId, session, to }: SendOutput): void {
    send.messageId = messageId;
    const known = { id: messageId, task_id: taskId, session, recipient: to };
    send.row = { ...send.row, ...known, status: "accepted" };
    this.version++;
  }

  /** Its file is being uploaded, or is in Storage, under this path. */
  upload(send: OptimisticSend, progress: number, path?: string): void {
    const { media } = send.row;
    const row = { ...send.row, progress: Math.floor(progress * 100) / 100 };
    if (path !== undefined && media) row.media = { ...media, path };
    if (JSON.stringify(row) === JSON.stringify(send.row)) return;
    send.row = row;
    this.version++;
  }

  /** It failed. The row that tells so may be still to come. */
  fail(send: OptimisticSend, status: "failed" | "unknown", code: string | null): void {
    send.row = { ...send.row, status, error_code: code };
    this.version++;
  }

  drop(send: OptimisticSend): void {
    this.#set(this.#sends.filter((one) => one !== send));
  }

  /** Forgets those of chats that are not open: what was accepted comes with the chat's page. */
  keepOnly(chatId: string | null): void {
    this.#set(this.#sends.filter((send) => send.chatId === chatId || !send.messageId));
  }

  /** Those of a chat whose rows are not among its messages, which are the oldest first. */
  shown(chatId: string, messages: readonly Message[]): InboxMessage[] {
    const ofChat = this.#sends.filter((send) => send.chatId === chatId);
    if (ofChat.length === 0) return [];
    const free = messages.filter(({ id }) => !this.#settled.has(id))
      .sort((a, b) => (a.arrived ?? 0) - (b.arrived ?? 0));
    const isMissing = ({ row, since, messageId }: OptimisticSend) => {
      if (messageId !== undefined) return true; // else it would be settled
      const at = free.findIndex((message) => isRowOf(message, row, since));
      if (at >= 0) free.splice(at, 1); // each row is that of one send
      return at < 0;
    };
    return ofChat.filter(isMissing).map(({ row }) => row);
  }

  /**
   * Forgets those whose named rows are among a chat's messages, and returns whether there are no other
   * named ones: then there is nothing to wait for.
   */
  settle(chatId: string, messages: readonly Message[]): boolean {
    const named = this.#sends.filter((send) => send.chatId === chatId && send.messageId);
    if (named.length === 0) return true;
    const ids = new Set(messages.map(({ id }) => id));
    const settled = new Set(named.filter(({ messageId }) => ids.has(messageId!)));
    for (const { messageId } of settled) this.#settled.add(messageId!);
    this.#set(this.#sends.filter((send) => !settled.has(send)));
    return settled.size === named.length;
  }

  #set(sends: OptimisticSend[]): void {
    if (sends.length === this.#sends.length) return;
    this.#sends = sends;
    this.version++;
    if (sends.length === 0) this.#settled.clear();
  }
}

/** Where a file is; undefined while it is being uploaded. */
export function placeOf(media: Message["media"] | undefined): string | undefined {
  return media?.path ?? media?.url;
}

/** Whether a message may be what became of an optimistic one. */
function isRowOf(message: Message, { author, text, media }: InboxMessage, since: number): boolean {
  const { direction, source, arrived } = message;
  return direction === "out" && source === "api" && message.text === text &&
    (media === null || placeOf(media) !== undefined) && placeOf(message.media) === placeOf(media) &&
    (author === null || message.author === author) && (arrived ?? 0) > since;
}
