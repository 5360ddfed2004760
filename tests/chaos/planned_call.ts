import type { FunctionName, Method } from "../../supabase/functions/_shared/wpp/contract.ts";

/** One call of a function, as a user or the project's own server would make it. */
export interface PlannedCall {
  number: number;
  name: FunctionName;
  organization: number;
  /** Of the organization's two users, or the project's own server. */
  caller: 0 | 1 | "server";
  method: Method;
  /** Which of the function's processes it goes to, while that lives. */
  process: number;
  /** Fields of the input that are known beforehand. */
  input: Record<string, unknown>;
  /** Which of the organization's connections it names, of those that are known then; or none. */
  target?: number;
  /** Whether the connection that it names is another organization's. */
  isForeign?: boolean;
  /** Only wpp-send: the text is unique to the message, the recipient too. */
  message?: { to: string; text: string; key?: string; picture?: Picture };
  /** Only wpp-delete: the text of the message that is meant. */
  deletes?: string;
}

/** A picture that is sent; the message's text is its caption. */
export interface Picture {
  /** Where in Storage: in the organization's own folder, or in another's. */
  path: string;
  /** Whether a member uploads it before it is sent: into that folder, whosever it is. */
  isThere: boolean;
}
