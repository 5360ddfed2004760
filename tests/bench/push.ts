/**
 * How soon a page shows what the platform has posted, by push and by polling every 3 s; what open
 * pages cost while nothing happens; and what listeners cost those who write.
 */
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { type Backend, type Counts, grown } from "./backend.ts";
import { type Running, start, type StartOptions } from "./contestants.ts";
import { load, type Target } from "./load.ts";
import { addOrganizations, type Organization } from "./organizations.ts";
import { openPage, signedIn, type Way } from "./pages.ts";
import type { Size } from "./size.ts";
import { quantile } from "./statistics.ts";
import { fixed, table } from "./table.ts";

/** The longest pause between two reads of a page that polls. */
const POLL_MS = 3_000;
/** A page that is told reads no sooner after its last read. */
const THROTTLE_MS = 250;
/** Organizations whose pages wait for texts at once. */
const POLLING_PAGES = 20;
/** Pages whose requests are counted where they poll. */
const MAX_POLLING_WATCHERS = 100;

interface Latency {
  /** Milliseconds from the POST to the page's callback. */
  p50: number;
  p99: number;
  texts: number;
}

interface Watching {
  users: number;
  /** A minute and user. */
  databaseRequests: number;
  calls: number;
}

export interface PushFigures {
  latency: Record<Way, Latency>;
  watching: Record<Way, Watching>;
  /** Texts a second that the webhook takes for one organization, 8 at once, by its listeners. */
  throughput: { listeners: number; texts: number }[];
}

export async function measurePush(
  { backend, deno }: StartOptions,
  size: Size,
  signal: AbortSignal,
): Promise<PushFigures> {
  await using webhook = await start("ours", "wpp-webhook", { backend, deno, warmUp: size.warmUp });
  const watched = { users: size.watchers, seconds: size.watchFor };
  const fewer = { ...watched, users: Math.min(size.watchers, MAX_POLLING_WATCHERS) };
  return {
    latency: {
      push: await measureLatency("push", size.pushedTexts, 1, { backend, webhook, signal }),
      polling: await measureLatency("polling", size.polledTexts, POLLING_PAGES, {
        ...{ backend, webhook, signal },
      }),
    },
    watching: {
      push: await watch("push", watched, backend, signal),
      polling: await watch("polling", fewer, backend, signal),
    },
    throughput: await measureThroughput(size, { backend, webhook, signal }),
  };
}

interface Setting {
  backend: Backend;
  webhook: Running;
  signal: AbortSignal;
}

/** Posts texts, and waits for each to be on the page of its organization. */
async function measureLatency(
  way: Way,
  texts: number,
  pages: number,
  { backend, webhook, signal }: Setting,
): Promise<Latency> {
  const users = await addOrganizations(backend, Math.min(pages, texts), { connected: true });
  let left = texts;
  const times: number[] = [];
  await Promise.all(users.map(async (user) => {
    using page = openPage(backend, user, way);
    await page.ready;
    while (left-- > 0) {
      // At any moment of the pause between two reads: else it would always be the longest wait.
      await sleep((way === "polling" ? POLL_MS : 2 * THROTTLE_MS) * Math.random(), signal);
      const text = crypto.randomUUID();
      const startedAt = performance.now();
      await Promise.all([load(textTo(webhook, user, text), ONE), page.shows(text)]);
      times.push(performance.now() - startedAt);
    }
  }));
  times.sort((a, b) => a - b);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), texts };
}

const ONE = { calls: 1, concurrency: 1 };

/** An incoming text of a contact. */
function textTo(
  { target }: Running,
  { session, webhookToken }: Organization,
  text: string,
): Target {
  return {
    ...target,
    next: undefined,
    url: target.url.replace(/token=.*/, `token=${webhookToken}`),
    body: {
      ...{ account: session, from: "+79991112233", raw_from: "79991112233@c.us" },
      ...{ text, type: "chat" },
    },
  };
}

/** Counts what pages send while nothing happens. */
async function watch(
  way: Way,
  { users: count, seconds }: { users: number; seconds: number },
  backend: Backend,
  signal: AbortSignal,
): Promise<Watching> {
  const users = await addOrganizations(backend, count, { connected: true });
  const calls: Counts = {};
  using pages = new DisposableStack();
  const opened = users.map((user) => pages.use(openPage(backend, user, way, calls)));
  await Promise.all(opened.map(({ ready }) => ready));
  await sleep(POLL_MS, signal); // what belongs to the start has gone out
  const before = { calls: { ...calls }, counts: (await backend.order({})).counts };
  await sleep(seconds * 1000, signal);
  const { rest = 0 } = grown(before.counts, (await backend.order({})).counts);
  const called = Object.values(grown(before.calls, calls)).reduce((sum, n) => sum + n, 0);
  const aMinute = (n: number) => (n * 60) / seconds / count;
  return { users: count, databaseRequests: aMinute(rest), calls: aMinute(called) };
}

async function measureThroughput(
  { heardTexts: texts, listeners: counts }: Size,
  { backend, webhook, signal }: Setting,
): Promise<PushFigures["throughput"]> {
  const [user] = await addOrganizations(backend, 1, { connected: true });
  const figures: PushFigures["throughput"] = [];
  for (const listeners of counts) {
    using joined = new DisposableStack();
    await Promise.all(
      Array.from({ length: listeners }, () => listen(backend, user, joined)),
    );
    const target = textTo(webhook, user, "Hello");
    const { throughput } = await load(target, { calls: texts, concurrency: 8 }, signal);
    figures.push({ listeners, texts: throughput });
  }
  return figures;
}

/** Joins the organization's channel, and reads nothing. */
async function listen(
  backend: Backend,
  user: Organization,
  joined: DisposableStack,
): Promise<void> {
  const supabase = signedIn(backend, user, {});
  joined.defer(() => void supabase.removeAllChannels());
  await supabase.realtime.setAuth();
  const channel = supabase.channel(`messenger:${user.organizationId}`, {
    config: { private: true },
  });
  await new Promise<void>((resolve, reject) => {
    channel.on("broadcast", { event: "change" }, () => {}).subscribe((status, error) =>
      status === "SUBSCRIBED" ? resolve() : reject(error ?? new Error(`Cannot join: ${status}`))
    );
  });
}

export function showPush({ latency, watching, throughput }: PushFigures): string {
  const ways: [Way, string][] = [["push", "push"], ["polling", "polling every 3 s"]];
  return [
    table(
      ["from the platform's POST to the page", "texts", "p50 ms", "p99 ms"],
      ways.map(([way, title]) => {
        const { texts, p50, p99 } = latency[way];
        return [title, String(texts), fixed(p50, 0), fixed(p99, 0)];
      }),
    ),
    table(
      ["a minute and user, while nothing happens", "users", "database", "functions"],
      ways.map(([way, title]) => {
        const { users, databaseRequests, calls } = watching[way];
        return [title, String(users), fixed(databaseRequests, 1), fixed(calls, 1)];
      }),
    ),
    table(
      ["listeners of one organization", "texts/s"],
      throughput.map(({ listeners, texts }) => [String(listeners), fixed(texts, 0)]),
    ),
  ].join("\n\n");
}
