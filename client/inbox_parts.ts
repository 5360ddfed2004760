import type { SendOutput } from "./contract.ts";
import type { InboxCalls } from "./inbox_calls.ts";
import type { Chat } from "./rows.ts";
import type { SendFileOptions, UploadedListener } from "./send_file.ts";
import type { FileLike, Signal, SupabaseLike } from "./supabase.ts";

/** What an inbox reads and writes with. */
export interface InboxParts {
  supabase: SupabaseLike;
  wpp: InboxCalls;
  /** Reads a chat's row; null: there is none. */
  readChat(id: string, options: { signal: Signal }): Promise<Chat | null>;
  /** Uploads a file and sends it. */
  sendFile(file: FileLike, options: SendFileOptions & UploadedListener): Promise<SendOutput>;
  maxChats: number;
  maxMessages: number;
}
