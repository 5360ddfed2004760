import type { SendInput, SendOutput } from "./contract.ts";
import { isPicture } from "./file_limits.ts";
import { cleanFilename } from "./filename.ts";
import type { InboxChanges } from "./inbox_changes.ts";
import type { InboxParts } from "./inbox_parts.ts";
import { type OptimisticSend, type OptimisticSends, placeOf } from "./optimistic_sends.ts";
import type { InboxThread } from "./inbox_thread.ts";
import type { SendContent } from "./optimistic_row.ts";
import type { Media, Message } from "./rows.ts";
import type { SendOptions } from "./send.ts";
import type { SendFileOptions } from "./send_file.ts";
import type { FileLike } from "./supabase.ts";
import { WppError } from "./wpp_error.ts";

export interface SendingOptions extends Pick<InboxParts, "wpp" | "sendFile"> {
  sends: OptimisticSends;
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
  /** The last send to each recipient that is under way. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(options: SendingOptions) {
    this.#options = options;
  }

  async send(input: SendInput, options?: SendOptions): Promise<SendOutput> {
    const send = this.#show(input, contentOf(input));
    const sending = this.#inTurn(input, () => this.#options.wpp.send(input, options));
    return await this.#end(send, sending);
  }

  /** One after the other, so that messages go out in the order in which they were written. */
  #inTurn({ to, chatId }: Recipient, send: () => Promise<SendOutput>): Promise<SendOutput> {
    const recipient = chatId ?? to ?? "";
    const before = this.#last.get(recipient);
    const sending = before ? before.then(send, send) : send();
    this.#last.set(recipient, sending);
    const leave = () => {
      if (this.#last.get(recipient) === sending) this.#last.delete(recipient);
    };
    sending.then(leave, leave);
    return sending;
  }

  async sendFile(file: FileLike, options: SendFileOptions): Promise<SendOutput> {
    const send = this.#show(options, contentOfFile(file, options));
    const { sends, onChange, sendFile } = this.#options;
    const show = (progress: number, path?: string) => {
      if (!send) return;
      sends.upload(send, progress, path);
      onChange();
    };
    const sending = sendFile(file, {
      ...options,
      onProgress(share) {
        show(share);
        options.onProgress?.(share);
      },
      onUploaded: (path) => show(1, path),
    });
    return await this.#end(send, sending);
  }

  async #end(send: OptimisticSend | undefined, sending: Promise<SendOutput>): Promise<SendOutput> {
    try {
      const output = await sending;
      if (send) this.#onSent(send, output);
      return output;
    } catch (error) {
      if (send) void this.#onUnsent(send, error);
      throw error;
    }
  }

  /** Where it goes into the open chat. */
  #show(to: Recipient, content: SendContent): OptimisticSend | undefined {
    const { sends, changes, user, onChange } = this.#options;
    const thread = this.#options.thread();
    if (!thread || !isInto(thread, to)) return undefined;
    const { id: chatId, row: chat } = thread;
    const send = sends.add(content, { chatId, chat, user, change: changes.change });
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
    const { media } = send.row;
    // Aborted, a file that is not uploaded yet was certainly not sent.
    const wasAsked = !media || placeOf(media) !== undefined;
    const { code = null, mayHaveSent = wasAsked } = error instanceof WppError ? error : {};
    sends.fail(send, mayHaveSent ? "unknown" : "failed", code);
    onChange();
    if (wasAsked) await changes.success();
    sends.drop(send);
    onChange();
  }
}

type Recipient = Pick<SendInput, "to" | "chatId">;

function isInto({ id, row }: InboxThread, { to, chatId }: Recipient): boolean {
  return chatId === undefined ? to !== undefined && to === row?.phone : chatId === id;
}

function contentOf({ text, session, media }: SendInput): SendContent {
  if (!media) return { text, session };
  return {
    text,
    session,
    kind: kindOf(media.mimetype),
    media: { state: "stored", ...media } as Media,
  };
}

/** The file as its row will show it. */
function contentOfFile(
  file: FileLike,
  { caption, filename, session }: SendFileOptions,
): SendContent {
  const { size, type, name = "" } = file;
  const media = { state: "pending", mimetype: type, size } as const;
  return {
    text: caption?.trim() ? caption : undefined,
    session,
    kind: kindOf(type),
    media: { ...media, filename: cleanFilename(filename ?? name) },
  };
}

/** What WhatsApp shows a file as; the functions look into it to know. */
function kindOf(type = ""): Message["kind"] {
  if (isPicture(type)) return "image";
  const [family] = type.split("/");
  return family === "video" || family === "audio" ? family : "document";
}
