import type { Caller } from "./auth/caller.ts";
import { Connections } from "./connections/connections.ts";
import type { Env } from "./env.ts";
import type { Call } from "./http/endpoint.ts";
import { type Trace, warnOnce } from "./http/trace.ts";
import { SendLedger } from "./messages/send_ledger.ts";
import { isInsecureBaseUrl } from "./platform/base_url.ts";
import { Tenant } from "./store/tenant.ts";
import { Database } from "./store/database.ts";
import { vaultOf } from "./store/vault.ts";
import { WppMsgClient } from "../wpp.ts";

/**
 * What use cases work with: everything in it acts for one verified caller, in one request. Only the
 * endpoints import this; a use case says itself what it needs of it.
 */
export interface Context {
  request: Request;
  caller: Caller;
  env: Env;
  connections: Connections;
  ledger: SendLedger;
  wpp: WppMsgClient;
  trace: Trace;
}

/** The call's signal ends outgoing calls, but not those that must outlive the request. */
export function createContext({ request, caller, env, trace, signal }: Call<Caller>): Context {
  if (env.encryptionKeys.length === 0) {
    warnOnce("WPP_ENCRYPTION_KEYS is not set: apiKeys and tokens are stored in the clear.");
  }
  if (isInsecureBaseUrl(env.wppBaseUrl)) {
    warnOnce("WPP_BASE_URL is not https: apiKeys, tokens and messages can be read on the way.");
  }
  const database = new Database(env, signal);
  const tenant = new Tenant(caller.claims, (organization) => trace.organization = organization);
  const connections = new Connections(database, tenant, vaultOf(env));
  const ledger = new SendLedger(database, tenant, trace.requestId);
  const wpp = new WppMsgClient({
    baseUrl: env.wppBaseUrl,
    signal,
    onRequest: () => trace.platformCalls++,
    onToken: (origin) => trace.token = origin,
    saveToken: (connection, token) =>
      connections.saveToken(connection, token)
        .catch(() => trace.warn("token_not_saved")),
  });
  return { request, caller, env, connections, ledger, wpp, trace };
}
