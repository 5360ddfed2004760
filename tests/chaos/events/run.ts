import type { SimulatorOptions } from "../../../local/simulator/simulator.ts";
import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { startBackend } from "../backend.ts";
import { Fleet } from "../fleet.ts";
import { Injector } from "../injector.ts";
import { COLLECT_EARLY, MemoryWatch } from "../memory.ts";
import { Observer } from "../observer.ts";
import { Rpc } from "../rpc.ts";
import { Connector } from "./connector.ts";
import { eventViolations } from "./event_checks.ts";
import { Follower } from "./follower.ts";
import { eventReport } from "./event_report.ts";
import { runEventStorm } from "./event_storm.ts";
import type { ConnectionState, EventEvidence } from "./evidence.ts";
import { missedChanges } from "./last_moments.ts";
import type { Numbers } from "./numbers.ts";
import { ORGANIZATIONS } from "./organizations.ts";
import { ObjectStore } from "../object_store.ts";
import { Pages } from "./pages.ts";
import { type EventPlan, makeEventPlan, SEND_PROCESSES, WEBHOOK_PROCESSES } from "./plan.ts";
import { PlannedPlatform } from "./platform.ts";
import { Reader } from "./reader.ts";
import { endTrouble } from "./realtime_trouble.ts";
import { Reconciler } from "./reconciliation.ts";
import { Sender } from "./sender.ts";
import { readHints, readStore, recordStore } from "./store.ts";

const SECRET = { WPP_SECRET: "chaos-shared-secret" };
const SIMULATOR: SimulatorOptions = {
  ...{ startingFor: 0, recordsRequests: false },
  secret: SECRET.WPP_SECRET,
};
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
  console.log(describe(plan, seed));
  await using backend = await startBackend(databaseUrl, SIMULATOR);
  const { realtime, simulator } = backend;
  const platform = new PlannedPlatform(seed, plan.sends);
  backend.onPlatform = platform.intercept;
  await using fleet = new Fleet(backend);
  await using observer = new Observer(backend.databaseUrl);
  const started = startProcesses(fleet);
  await using connector = await Connector.start(fleet, observer, SECRET);
  const numbers = await connector.connectAll();
  await until(() => platform.tokens.size === ORGANIZATIONS.length);
  await started;
  await recordStore(backend.database);

  await using objects = await ObjectStore.open(seed, backend.databaseUrl);
  await using rpc = await Rpc.open(backend.databaseUrl);
  await using reconciler = await Reconciler.start(fleet, observer);
  await using pages = new Pages(seed, backend.supabaseUrl);
  const injector = new Injector(seed, simulator);
  backend.onDatabase = (request, work) => {
    if (pages.isFor(request)) return pages.intercept(request, work);
    if (objects.isFor(request)) return objects.answer(request);
    return injector.onDatabase(request, (other = request) => rpc.answer(other, () => work(other)));
  };
  platform.active = true;
  const sender = new Sender(fleet, observer, platform, numbers);
  const memory = new MemoryWatch(fleet);
  const reader = new Reader(observer);
  await using follower = new Follower(backend.databaseUrl);
  const disturbed = { fleet, objects, platform, reconciler, realtime, pages, connector, numbers };
  const startedAt = performance.now();
  const world = { ...disturbed, sender, databaseUrl: backend.databaseUrl };
  await runEventStorm(plan, world, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  injector.active =
    objects.active =
    pages.active =
    platform.active =
      false;
  objects.outages = 0;
  await fleet.whole();
  await connector.ended();
  await settle(observer, sender);
  reconciler.beginRegistering(platform, numbers);
  await reconciler.ended();
  await reconciler.storeMedia(objects);
  await endTrouble(realtime);
  pages.comeOnline();
  realtime.cut(); // what pages have missed they read when they join again

  const { posts, sends, marks } = sender;
  const reading = await reader.stop();
  reading.wrong.push(...await follower.stop());
  const evidence: EventEvidence = {
    ...{ plan, posts, sends, marks, executed: platform.executed },
    reading,
    shown: { wrong: await pages.differences(observer) },
    ...await readStore(observer),
    hints: await readHints(observer),
    webhooks: webhooksOf(platform, numbers),
    ...{ refusals: rpc.refusals, leaks: fleet.leaks },
    objects: new Map([...objects.bytes].map(([path, bytes]) => [path, bytes.toBase64()])),
    connections: await connectionsOf(observer, numbers),
    ...{ killed: fleet.killed, struckCloses: injector.struckCloses, growth: memory.stop() },
    resent: injector.struck.get("database: reset, done") ?? 0,
    complaints: [...fleet.strayLines, ...fleet.internalErrors],
  };
  const last = { fleet, observer, platform, numbers, realtime, pages };
  evidence.shown.wrong.push(...await missedChanges(last));
  console.log(eventReport(evidence, injector, { objects, realtime, sender }, seconds));
  return eventViolations(evidence);
}

function describe(plan: EventPlan, seed: number): string {
  const { events, sends, kills, restarts, troubles, forgettings, disconnections } = plan;
  return `Seed ${seed}: ${events.length} events of ${ORGANIZATIONS.length} numbers, ` +
    `${sends.length} sends, ${kills.length} kills, ${restarts.length} restarts of the database and ` +
    `${forgettings.length} of the platform, ${troubles.length} troubles of Realtime, ` +
    `${disconnections.length} disconnections`;
}

async function startProcesses(fleet: Fleet): Promise<void> {
  const many = (name: "wpp-webhook" | "wpp-send", count: number) =>
    Array.from({ length: count }, () => fleet.add(name, COLLECT_EARLY));
  await Promise.all([
    ...many("wpp-webhook", WEBHOOK_PROCESSES),
    ...many("wpp-send", SEND_PROCESSES),
  ]);
}

function webhooksOf({ tokens, everRegistered }: PlannedPlatform, numbers: Numbers) {
  return numbers.connected().map((session) => ({
    session,
    isRegistered: tokens.has(session),
    urls: everRegistered.get(session)?.size ?? 0,
  }));
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
  numbers: Numbers,
): Promise<ConnectionState[]> {
  const rows = await observer.query(
    "select id, session, organization_id, dropped_events from public.messenger_integrations",
  );
  return ORGANIZATIONS.map(({ index }) => {
    const sessions = numbers.sessionsOf(index);
    const row = rows.find((one) => one.session === sessions.at(-1)!.name)!;
    return {
      ...{ organization: index, sessions, name: String(row.organization_id), id: String(row.id) },
      droppedEvents: Number(row.dropped_events),
    };
  });
}
