import type { SendInput, SendOutput } from "./contract.ts";
import type { InboxChanges } from "./inbox_changes.ts";
import type { InboxSends, OptimisticSend } from "./inbox_sends.ts";
import type { InboxThread } from "./inbox_thread.ts";
import type { SendOptions } from "./send.ts";
import type { WppClient } from "./wpp_client.ts";
import { WppError } from "./wpp_error.ts";

export interface SendingOptions {
  wpp: Pick<WppClient, "send">;
  sends: InboxSends;
  changes: InboxChanges;
  /** `""` where it is not known. */
  user: string;
  /** The open chat. */
  thread(): InboxThread | undefined;
  /** Called after each change. */
  onChange(): void;
}

/** Sends as the client does, and shows the message from the call until its row is there. */
export class InboxSending {
  readonly #options: SendingOptions;

  constructor(options: SendingOptions) {
    this.#options = options;
  }

  async send(input: SendInput, options?: SendOptions): Promise<SendOutput> {
    const send = this.#show(input);
    try {
      const output = await this.#options.wpp.send(input, options);
      if (send) this.#onSent(send, output);
      return output;
    } catch (error) {
      if (send) void this.#onUnsent(send, error);
      throw error;
    }
  }

  /** Where it goes into the open chat. */
  #show(input: SendInput): OptimisticSend | undefined {
    const { sends, changes, user, onChange } = this.#options;
    const thread = this.#options.thread();
    if (!thread || !isInto(thread, input)) return undefined;
    const { id: chatId, row: chat } = thread;
    const send = sends.add(input, { chatId, chat, user, change: changes.change });
    onChange();
    return send;
  }

  #onSent(send: OptimisticSend, output: SendOutput): void {
    const { sends, changes, onChange } = this.#options;
    const thread = this.#options.thread();
    sends.accept(send, output);
    if (thread?.id !== send.chatId) sends.drop(send);
    else if (!thread.settle()) changes.wake();
    onChange();
  }

  /** The row of a send that failed, if there is one, comes by the next read; until then it stays. */
  async #onUnsent(send: OptimisticSend, error: unknown): Promise<void> {
    const { sends, changes, onChange } = this.#options;
    const { code = null, mayHaveSent = true } = error instanceof WppError ? error : {};
    sends.fail(send, mayHaveSent ? "unknown" : "failed", code);
    onChange();
    await changes.success();
    sends.drop(send);
    onChange();
  }
}

function isInto({ id, row }: InboxThread, { to, chatId }: SendInput): boolean {
  return chatId === undefined ? to !== undefined && to === row?.phone : chatId === id;
}
