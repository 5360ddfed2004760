import type { CallOptions, Invoke } from "./call.ts";
import type { SendAttempt } from "./send_attempt.ts";
import type { SendInput, SendOutput } from "./contract.ts";
import { sleep, throwIfAborted } from "./pause.ts";
import { hash } from "./hash.ts";
import type { SendKeys } from "./send_keys.ts";
import { WppError } from "./wpp_error.ts";

/** How often a send is tried while a duplicate request, under the same key, is still running. */
const MAX_DUPLICATE_POLLS = 10;
/** How long to wait between these where the server's answer has no `Retry-After`. */
const DUPLICATE_POLL_S = 2;

export interface SendOptions extends CallOptions {
  /** Left out, the client makes one, and uses it again when the same message is retried. */
  idempotencyKey?: string | undefined;
  /**
   * Sends it as a new message although an earlier one with the same words may have gone out: what
   * to set when a person has looked and says so.
   */
  again?: boolean | undefined;
}

/**
 * Sends a message under its key, and remembers the key as long as the message may have gone out.
 *
 * @param user Whose message it is: two users of one browser may write the same.
 */
export async function send(
  invoke: Invoke,
  keys: SendKeys,
  user: string,
  input: SendInput,
  { idempotencyKey, again, signal }: SendOptions = {},
): Promise<SendOutput> {
  throwIfAborted(signal);
  const { session = null, text, media } = input;
  const words = [user, session, recipientOf(input), text, ...(media ? [media] : [])];
  const message = hash(JSON.stringify(words));
  const id = idempotencyKey === undefined ? message : hash(JSON.stringify([user, idempotencyKey]));
  if (again) keys.forget(message);
  const attempt = keys.begin(id, idempotencyKey);
  try {
    const output = await sendOnce(invoke, input, { signal }, attempt);
    keys.forget(id);
    keys.forget(message); // sent under a key of the caller's, it is not open under one of ours either
    return output;
  } catch (error) {
    // Aborted, it may have gone out: its key stays.
    if (error instanceof WppError) settle(keys, id, attempt, error);
    throw error;
  }
}

/** As the functions take it for the same: a number, or a chat. */
function recipientOf({ to, chatId }: SendInput): unknown {
  return to ?? { chatId };
}

function settle(keys: SendKeys, id: string, { key, isRepeated }: SendAttempt, error: WppError) {
  if (error.code === "idempotency_key_reused") keys.forget(id); // it would be refused for ever
  else if (error.mayHaveSent) keys.keep(id, key);
  else if (isRepeated) keys.forget(id); // the earlier requests sent nothing either
  else keys.drop(id, key);
}

/** Waits for a duplicate request that is under way, so that both end with the same message. */
async function sendOnce(
  invoke: Invoke,
  input: SendInput,
  options: CallOptions,
  attempt: SendAttempt,
): Promise<SendOutput> {
  for (let poll = 1;; poll++) {
    try {
      return (await invoke("wpp-send", input, options, attempt)).data;
    } catch (error) {
      const isRunning = error instanceof WppError && error.code === "idempotency_in_progress";
      if (!isRunning || poll === MAX_DUPLICATE_POLLS) throw error;
      attempt.isRepeated = true;
      await sleep((error.retryAfter ?? DUPLICATE_POLL_S) * 1000, options.signal);
    }
  }
}
