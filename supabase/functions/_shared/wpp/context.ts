import type { Caller } from "./auth/caller.ts";
import { Database } from "./store/database.ts";
import type { Env } from "./env.ts";
import { Integrations } from "./connections/connections.ts";
import { Messages } from "./messages/send_ledger.ts";
import { type Trace, warnOnce } from "./http/trace.ts";
import { vaultOf } from "./store/vault.ts";
import { WppMsgClient } from "../wpp.ts";

/** What a use case works with: everything in it acts for one verified caller, in one request. */
export interface Context {
  request: Request;
  caller: Caller;
  env: Env;
  integrations: Integrations;
  messages: Messages;
  wpp: WppMsgClient;
  trace: Trace;
}

/** @param signal Ends the request's calls, but not those that must outlive it. */
export function createContext(
  request: Request,
  caller: Caller,
  env: Env,
  trace: Trace,
  signal: AbortSignal,
): Context {
  if (env.encryptionKeys.length === 0) {
    warnOnce("WPP_ENCRYPTION_KEYS is not set: apiKeys and tokens are stored in the clear.");
  }
  const database = new Database(env, signal);
  const integrations = new Integrations(database, caller, vaultOf(env));
  const wpp = new WppMsgClient({
    baseUrl: env.wppBaseUrl,
    signal,
    onRequest: () => trace.platformCalls++,
    onToken: (origin) => trace.token = origin,
    saveToken: (connection, token) =>
      integrations.saveToken(connection, token)
        .catch(() => trace.warn("token_not_saved")),
  });
  const messages = new Messages(database, caller);
  return { request, caller, env, integrations, messages, wpp, trace };
}
