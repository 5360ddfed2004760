import type { Caller } from "./auth/caller.ts";
import { Connections } from "./connections/connections.ts";
import { ConnectionList } from "./connections/connection_list.ts";
import { Disconnections } from "./connections/disconnections.ts";
import { Slots } from "./connections/slots.ts";
import { TenantConnections } from "./connections/tenant_connections.ts";
import { Webhooks } from "./connections/webhooks.ts";
import { configurationWarnings } from "./diagnosis.ts";
import type { Env } from "./env.ts";
import type { Call } from "./http/endpoint.ts";
import { type Trace, warnOnce } from "./http/trace.ts";
import { Inbox } from "./messages/inbox.ts";
import { SendLedger } from "./messages/send_ledger.ts";
import { StoredMessages } from "./messages/stored_messages.ts";
import { Upkeep } from "./messages/upkeep.ts";
import { WaitingMedia } from "./messages/waiting_media.ts";
import { Tenant } from "./store/tenant.ts";
import { Database } from "./store/database.ts";
import { Files } from "./store/files.ts";
import { vaultOf } from "./store/vault.ts";
import { WppMsgClient } from "../wpp.ts";

/**
 * What use cases work with: everything in it acts for one verified caller and one organization, in
 * one request. Only the endpoints import this; a use case says itself what it needs of it.
 */
export interface Context {
  request: Request;
  caller: Caller;
  env: Env;
  connections: TenantConnections;
  webhooks: Webhooks;
  slots: Slots;
  disconnections: Disconnections;
  connectionList: ConnectionList;
  storedMessages: StoredMessages;
  ledger: SendLedger;
  files: Files;
  wpp: WppMsgClient;
  trace: Trace;
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
  configurationWarnings(env).forEach(warnOnce);
  const database = new Database(env, signal);
  const tenant = new Tenant(
    caller.kind === "user" ? { claims: caller.claims } : { organizationId: organizationId! },
    (organization) => trace.organization = organization,
  );
  const vault = vaultOf(env);
  const connections = new TenantConnections(database, tenant, vault);
  const ledger = new SendLedger(database, tenant, trace.requestId);
  return {
    request,
    caller,
    env,
    connections,
    webhooks: new Webhooks(database, vault),
    slots: new Slots(database, tenant, vault, connections),
    disconnections: new Disconnections(database, tenant),
    connectionList: new ConnectionList(database, tenant),
    storedMessages: new StoredMessages(database, tenant),
    ledger,
    files: new Files(env, signal),
    wpp: createClient(env, connections, trace, signal),
    trace,
  };
}

/** What works with connections that are found without a caller's organization. */
interface RowContext {
  env: Env;
  connections: Connections;
  webhooks: Webhooks;
  waitingMedia: WaitingMedia;
  files: Files;
  wpp: WppMsgClient;
  trace: Trace;
}

/** What the platform's own calls work with: the organization is that of the webhook. */
export interface WebhookContext extends RowContext {
  inbox: Inbox;
}

export function createWebhookContext(env: Env, trace: Trace, signal: AbortSignal): WebhookContext {
  const database = new Database(env, signal);
  const inbox = new Inbox(database, trace.requestId);
  return { ...rowContext(database, env, trace, signal), inbox };
}

/** What the project's own cron works with: every organization. */
export interface UpkeepContext extends RowContext {
  upkeep: Upkeep;
}

export function createUpkeepContext(env: Env, trace: Trace, signal: AbortSignal): UpkeepContext {
  const database = new Database(env, signal);
  return { ...rowContext(database, env, trace, signal), upkeep: new Upkeep(database) };
}

function rowContext(database: Database, env: Env, trace: Trace, signal: AbortSignal): RowContext {
  const vault = vaultOf(env);
  const connections = new Connections(database, vault);
  return {
    env,
    connections,
    webhooks: new Webhooks(database, vault),
    waitingMedia: new WaitingMedia(database),
    files: new Files(env, signal),
    wpp: createClient(env, connections, trace, signal),
    trace,
  };
}

function createClient(
  env: Env,
  connections: Connections,
  trace: Trace,
  signal: AbortSignal,
): WppMsgClient {
  return new WppMsgClient({
    baseUrl: env.wppBaseUrl,
    signal,
    onRequest: () => trace.platformCalls++,
    onToken: (origin) => trace.token = origin,
    saveToken: (connection, token) =>
      connections.saveToken(connection, token)
        .catch(() => trace.warn("token_not_saved")),
  });
}
