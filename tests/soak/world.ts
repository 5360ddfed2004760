import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Inbox } from "../../client/inbox.ts";
import { createWppClient } from "../../client/wpp_client.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { type Backend, type Intercept, startBackend } from "../chaos/backend.ts";
import { call } from "../chaos/call.ts";
import { ObjectStore } from "../chaos/object_store.ts";
import { type DeployedName, Fleet, type Slot } from "../chaos/fleet.ts";
import { COLLECT_EARLY } from "../chaos/memory.ts";
import { Rpc } from "../chaos/rpc.ts";
import { signIn } from "../chaos/users.ts";

/** What is watched. */
const FUNCTIONS = ["wpp-status", "wpp-send", "wpp-webhook", "wpp-connections", "wpp-reconcile"];
const ORGANIZATIONS = 16;
/** Organizations with an open page. */
const PAGES = 4;
const REGISTERED_WITHIN_MS = 10_000;
const POLL_MS = 50;

/** An organization with a connected number. */
export interface Customer {
  token: string;
  session: string;
  webhookToken: string;
}

export interface World extends AsyncDisposable {
  fleet: Fleet;
  customers: Customer[];
  pages: Inbox[];
  slotOf(name: DeployedName): Slot;
  /** As a project's cron does. */
  reconcile(): Promise<void>;
}

/** Starts the functions and what they call, and connects a number for each organization. */
export async function startWorld(databaseUrl: string): Promise<World> {
  await using started = new AsyncDisposableStack();
  const backend = started.use(
    await startBackend(databaseUrl, { startingFor: 0, scanAfter: 0.1, recordsRequests: false }),
  );
  const rpc = started.use(await Rpc.open(backend.databaseUrl));
  const objects = started.use(await ObjectStore.open(1, backend.databaseUrl));
  objects.active = false;
  const webhooks = new Map<string, string>();
  backend.onPlatform = hearingOf(webhooks);
  backend.onDatabase = (request, work) => {
    if (objects.isFor(request)) return objects.answer(request);
    return isOfPage(request) ? work() : rpc.answer(request, () => work());
  };
  const fleet = started.use(new Fleet(backend));
  await Promise.all(FUNCTIONS.map((name) => fleet.add(name as DeployedName, COLLECT_EARLY)));
  const customers = await connectAll(fleet, webhooks);
  const pages = Array.from({ length: PAGES }, (_, index) => openPage(backend, customers[index]));
  for (const page of pages) started.defer(() => page.close());
  const slotOf = (name: DeployedName) => fleet.slots.find((slot) => slot.name === name)!;
  const running = started.move();
  return {
    ...{ fleet, customers, slotOf, pages: pages.map(({ inbox }) => inbox) },
    async reconcile() {
      await call(fleet, slotOf("wpp-reconcile"), { token: DEVELOPMENT_KEYS.secretKey });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The simulator, but for webhooks: it is this program that posts events, at its own pace. */
function hearingOf(webhooks: Map<string, string>): Intercept {
  return async (request, work) => {
    const session = /^\/internal\/session\/([^/]+)\/webhook$/.exec(new URL(request.url).pathname)
      ?.[1];
    if (session === undefined) return await work();
    const { url } = await request.json();
    webhooks.set(session, new URL(url).searchParams.get("token")!);
    return Response.json({ success: true });
  };
}

function isOfPage({ headers }: Request): boolean {
  return headers.get("apikey") === DEVELOPMENT_KEYS.publishableKey;
}

async function connectAll(fleet: Fleet, webhooks: Map<string, string>): Promise<Customer[]> {
  const create = await fleet.add("wpp-create");
  const status = fleet.slots.find(({ name }) => name === "wpp-status")!;
  const connected = await Promise.all(Array.from({ length: ORGANIZATIONS }, async (_, index) => {
    const { token } = await signIn(index);
    const { body } = await call(fleet, create, { token });
    await sleep(200); // until it has scanned itself
    await call(fleet, status, { token });
    return { token, session: (body as { session: string }).session };
  }));
  const deadline = performance.now() + REGISTERED_WITHIN_MS;
  while (webhooks.size < connected.length && performance.now() < deadline) await sleep(POLL_MS);
  await create.process!.stop();
  fleet.slots.splice(fleet.slots.indexOf(create), 1);
  return connected.map((one) => ({ ...one, webhookToken: webhooks.get(one.session)! }));
}

function openPage({ supabaseUrl }: Backend, { token }: Customer) {
  const client: SupabaseClient = createClient(supabaseUrl, DEVELOPMENT_KEYS.publishableKey, {
    accessToken: () => Promise.resolve(token),
    global: {
      fetch: (input, init) =>
        String(input).includes("/functions/v1/")
          ? Promise.resolve(Response.json({ connections: [] }))
          : fetch(input, init),
    },
  });
  const inbox = createWppClient(client).inbox();
  return {
    inbox,
    async close() {
      inbox.close();
      await client.realtime.disconnect();
    },
  };
}
