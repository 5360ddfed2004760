import type { Caller } from "./auth/caller.ts";
import { Connections } from "./connections/connections.ts";
import { TenantConnections } from "./connections/tenant_connections.ts";
import { Webhooks } from "./connections/webhooks.ts";
import { configurationWarnings } from "./diagnosis.ts";
import { type Env, perEnv } from "./env.ts";
import type { Call } from "./http/endpoint.ts";
import { type Trace, warnOnce } from "./http/trace.ts";
import { Database } from "./store/database.ts";
import { Files } from "./store/files.ts";
import { Tenant } from "./store/tenant.ts";
import { type Vault, vaultOf } from "./store/vault.ts";
import { WppMsgClient } from "../wpp.ts";

/**
 * What every use case works with, in one request. A function adds the table that it alone uses, so that
 * no other loads it. Only the endpoints make one; a use case says itself what it needs of it.
 */
export interface BaseContext {
  env: Env;
  database: Database;
  vault: Vault;
  /** Connections that are found without a caller's organization. */
  connections: Connections;
  webhooks: Webhooks;
  files: Files;
  wpp: WppMsgClient;
  trace: Trace;
}

/** The same and more for one verified caller: everything in it acts for one organization. */
export interface Context extends BaseContext {
  request: Request;
  caller: Caller;
  tenant: Tenant;
  connections: TenantConnections;
}

/**
 * The call's signal ends outgoing calls, but not those that must outlive the request.
 *
 * @param organizationId As the project's own server names it; undefined for a user.
 */
export function createContext(
  { request, caller, env, trace, signal }: Call<Caller>,
  organizationId?: string,
): Context {
  warnOfConfiguration(env);
  const database = new Database(env, signal);
  const tenant = new Tenant(
    caller.kind === "user" ? { claims: caller.claims } : { organizationId: organizationId! },
    (organization) => trace.organization = organization,
  );
  const connections = new TenantConnections(database, tenant, vaultOf(env));
  return {
    ...baseContext(database, connections, { env, trace, signal }),
    ...{ request, caller, tenant, connections },
  };
}

/** For the platform's own calls, and for the project's own cron: for any organization. */
export function createBaseContext(env: Env, trace: Trace, signal: AbortSignal): BaseContext {
  const database = new Database(env, signal);
  return baseContext(database, new Connections(database, vaultOf(env)), { env, trace, signal });
}

function baseContext(
  database: Database,
  connections: Connections,
  { env, trace, signal }: Pick<Call<unknown>, "env" | "trace" | "signal">,
): BaseContext {
  const vault = vaultOf(env);
  return {
    ...{ env, database, vault, connections, trace },
    webhooks: new Webhooks(database, vault),
    files: new Files(env, signal),
    wpp: new WppMsgClient({
      baseUrl: env.wppBaseUrl,
      signal,
      onRequest: () => trace.platformCalls++,
      onToken: (origin) => trace.token = origin,
      saveToken: (connection, token) =>
        connections.saveToken(connection, token)
          .catch(() => trace.warn("token_not_saved")),
    }),
  };
}

/** Once for each configuration. */
const warnOfConfiguration = perEnv((env) => configurationWarnings(env).forEach(warnOnce));
