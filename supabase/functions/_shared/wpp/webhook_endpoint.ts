import { admitWebhook, refuseWebhook } from "./auth/webhook_token.ts";
import { createBaseContext } from "./context.ts";
import { readEnv } from "./env.ts";
import { AppError } from "./errors.ts";
import { boundary, type Reply } from "./http/boundary.ts";
import { withinRequestTime } from "./http/request_time.ts";
import type { Trace } from "./http/trace.ts";
import { BodyTooLargeError, readBounded } from "./lib/bounded_body.ts";
import { withDeadline } from "./lib/deadline.ts";
import { type Turn, Turns } from "./lib/turns.ts";
import { Inbox } from "./messages/inbox.ts";
import { receive } from "./messages/receive.ts";
import { WaitingMedia } from "./messages/waiting_media.ts";

/** A larger body is refused. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** Larger ones are read and stored one at a time, so that several do not fill an isolate's memory. */
const LARGE_BODY_BYTES = 256 * 1024;
const BODY_TIMEOUT_MS = 20_000;

const NOT_STORED = "The event was not stored. Send it again.";
const RETRY_AFTER_S = 5;

const largeBodies = new Turns();

/**
 * What WPP Platform calls. `200 {}` says that the event is stored; `404` that no webhook has this token;
 * `503` that it is not stored, and is to be sent again. No page may call it.
 */
export function webhookEndpoint(
  name: string,
): (request: Request) => Promise<Response> {
  return boundary(name, async (request, trace) => {
    if (request.method !== "POST") {
      throw new AppError("method_not_allowed", { headers: { allow: "POST" } });
    }
    try {
      return await withinRequestTime((signal) => answer(request, trace, signal));
    } catch (error) {
      if (error instanceof AppError && error.status < 500) throw error;
      throw new AppError("database_unavailable", {
        message: NOT_STORED,
        retryAfter: RETRY_AFTER_S,
        cause: error,
      });
    }
  });
}

async function answer(request: Request, trace: Trace, signal: AbortSignal): Promise<Reply<object>> {
  const env = readEnv();
  const base = createBaseContext(env, trace, signal);
  const inbox = new Inbox(base);
  const context = { ...base, inbox, waitingMedia: new WaitingMedia(base) };
  const { digest, found: place } = await admitWebhook(
    request,
    env,
    (digest) => inbox.placeOf(digest),
  );
  using turn = largeBodies.turn();
  try {
    await receive(await readBody(request, turn), { digest, place }, context);
  } catch (error) {
    const isUnknown = error instanceof AppError && error.code === "integration_not_found";
    if (isUnknown) refuseWebhook(digest, env);
    throw error;
  }
  return { body: {} };
}

async function readBody(request: Request, turn: Turn): Promise<Uint8Array<ArrayBuffer>> {
  const pause = { afterBytes: LARGE_BODY_BYTES, until: () => turn.wait() };
  try {
    return await withDeadline(
      BODY_TIMEOUT_MS,
      undefined,
      (signal) => readBounded(request, MAX_BODY_BYTES, signal, pause),
    );
  } catch (cause) {
    if (!(cause instanceof BodyTooLargeError)) throw cause;
    throw new AppError("payload_too_large", { message: "The body is larger than 32 MiB." });
  }
}
