import type { SimulatorOptions } from "../../../local/simulator/simulator.ts";
import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { startBackend } from "../backend.ts";
import { call } from "../call.ts";
import { Fleet } from "../fleet.ts";
import { Injector } from "../injector.ts";
import { COLLECT_EARLY, MemoryWatch } from "../memory.ts";
import { eventViolations } from "./event_checks.ts";
import { Follower } from "./follower.ts";
import { eventReport } from "./event_report.ts";
import { runEventStorm } from "./event_storm.ts";
import type { ConnectionState, EventEvidence } from "./evidence.ts";
import { ORGANIZATIONS, signInTo } from "./organizations.ts";
import { ObjectStore } from "./object_store.ts";
import { Observer } from "./observer.ts";
import { makeEventPlan, SEND_PROCESSES, WEBHOOK_PROCESSES } from "./plan.ts";
import { PlannedPlatform } from "./platform.ts";
import { Reader } from "./reader.ts";
import { reconcileMedia } from "./reconciliation.ts";
import { Rpc } from "./rpc.ts";
import { type Account, Sender } from "./sender.ts";
import { readStore, recordStore } from "./store.ts";

const SIMULATOR: SimulatorOptions = { startingFor: 0 };
/** In which what goes on after the responses comes to its end. */
const SETTLING_MS = 8_000;
const POLL_MS = 50;

/** One run of the storm of events; returns the promises that were broken. */
export async function runEvents(
  size: number,
  seed: number,
  databaseUrl: string,
  signal: AbortSignal,
): Promise<string[]> {
  const plan = makeEventPlan(seed, size);
  console.log(
    `Seed ${seed}: ${size} events of ${ORGANIZATIONS.length} organizations, ` +
      `${plan.sends.length} sends, ${plan.kills.length} kills, ${plan.restarts.length} restarts of the database`,
  );
  await using backend = await startBackend(databaseUrl, SIMULATOR);
  const platform = new PlannedPlatform(plan.sends);
  backend.onPlatform = platform.intercept;
  await using fleet = new Fleet(backend);
  const accounts = await connectAll(fleet, platform);
  await recordStore(backend.database);

  await using objects = await ObjectStore.open(seed, backend.databaseUrl);
  await using rpc = await Rpc.open(backend.databaseUrl);
  await using observer = new Observer(backend.databaseUrl);
  const injector = new Injector(seed, backend.simulator);
  backend.onDatabase = (request, work) =>
    objects.isFor(request)
      ? objects.answer(request)
      : injector.onDatabase(request, (other = request) => rpc.answer(other, () => work(other)));
  const sender = new Sender(fleet, observer, accounts);
  const memory = new MemoryWatch(fleet);
  const reader = new Reader(observer);
  await using follower = new Follower(backend.databaseUrl);
  const startedAt = performance.now();
  await runEventStorm(plan, { sender, fleet, objects }, backend.databaseUrl, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  injector.active = objects.active = objects.isDown = false;
  await fleet.whole();
  await settle(observer, sender);
  await reconcileMedia(fleet, observer, objects);

  const { posts, sends, marks } = sender;
  const reading = await reader.stop();
  reading.wrong.push(...await follower.stop());
  const evidence: EventEvidence = {
    ...{ plan, posts, sends, marks, executed: platform.executed },
    reading,
    ...await readStore(observer),
    objects: new Map([...objects.bytes].map(([path, bytes]) => [path, bytes.toBase64()])),
    connections: await connectionsOf(observer, accounts),
    ...{ killed: fleet.killed, struckCloses: injector.struckCloses, growth: memory.stop() },
    resent: injector.struck.get("database: reset, done") ?? 0,
    complaints: [...fleet.strayLines, ...fleet.internalErrors],
  };
  console.log(eventReport(evidence, injector, objects, seconds));
  return eventViolations(evidence);
}

/** Starts the processes, and has each organization create its connection, which registers a webhook. */
async function connectAll(fleet: Fleet, { tokens }: PlannedPlatform): Promise<Account[]> {
  const many = (name: "wpp-webhook" | "wpp-send", count: number) =>
    Array.from({ length: count }, () => fleet.add(name, COLLECT_EARLY));
  const started = [...many("wpp-webhook", WEBHOOK_PROCESSES), ...many("wpp-send", SEND_PROCESSES)];
  const create = await fleet.add("wpp-create");
  const sessions = await Promise.all(ORGANIZATIONS.map(async (organization) => {
    const { body } = await call(fleet, create, { token: await signInTo(organization, 0) });
    return (body as { session: string }).session;
  }));
  await until(() => tokens.size === sessions.length);
  await create.process!.stop();
  await Promise.all(started);
  return sessions.map((session) => ({ session, token: tokens.get(session)! }));
}

/** Waits until no send that was answered is open. */
async function settle(observer: Observer, { sends }: Sender): Promise<void> {
  const texts = sends.filter(({ status }) => status === 202).map(({ send }) => send.target.text);
  await until(async () => {
    const rows = await observer.query(
      "select text from public.messenger_messages where status = 'sending'",
    );
    return !rows.some(({ text }) => texts.includes(String(text)));
  });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + SETTLING_MS;
  while (!await isSo() && performance.now() < deadline) await sleep(POLL_MS);
}

async function connectionsOf(
  observer: Observer,
  accounts: Account[],
): Promise<ConnectionState[]> {
  const rows = await observer.query(
    "select id, session, organization_id, dropped_events from public.messenger_integrations",
  );
  return accounts.map(({ session }, organization) => {
    const row = rows.find((one) => one.session === session)!;
    return {
      ...{ organization, session, name: String(row.organization_id), id: String(row.id) },
      droppedEvents: Number(row.dropped_events),
    };
  });
}
