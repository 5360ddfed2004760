import type { Caller } from "./auth/caller.ts";
import { Connections } from "./connections/connections.ts";
import { configurationWarnings } from "./diagnosis.ts";
import type { Env } from "./env.ts";
import type { Call } from "./http/endpoint.ts";
import { type Trace, warnOnce } from "./http/trace.ts";
import { SendLedger } from "./messages/send_ledger.ts";
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
  configurationWarnings(env).forEach(warnOnce);
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
