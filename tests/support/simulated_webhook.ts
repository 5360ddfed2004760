/** A webhook of the simulator's, without a network; it holds no test. */
import assert from "node:assert/strict";
import type { SimulatorOptions } from "../../local/simulator/simulator.ts";
import { connect, json, post, still } from "./simulated.ts";

export const WEBHOOK_URL = "https://project.test/functions/v1/wpp-webhook?token=secret";
/** When the clock of `still` stands still, in seconds. */
export const NOW_S = 1_000_000;

/** What a webhook answers: a status, or nothing at all, or a connection that breaks. */
type Answer = number | "nothing" | "break";

/** Keeps what is posted to it, and answers 200, or what `answers` holds, one after the other. */
export class Webhook {
  readonly urls: string[] = [];
  // deno-lint-ignore no-explicit-any -- the tests assert the shape
  readonly bodies: any[] = [];
  readonly answers: Answer[] = [];

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    this.urls.push(url);
    this.bodies.push(JSON.parse(String(init.body)));
    const answer = this.answers.shift() ?? 200;
    if (answer === "break") return Promise.reject(new Error(`${url} is unreachable`));
    if (typeof answer === "number") return Promise.resolve(new Response(null, { status: answer }));
    return new Promise((_, reject) => {
      init.signal!.addEventListener("abort", () => reject(init.signal!.reason));
    });
  };

  /** The types of what was posted, with the status of receipts. */
  get types(): string[] {
    return this.bodies.map(({ type, event, status }) => `${type ?? event} ${status ?? ""}`.trim());
  }
}

export function register(
  simulator: Parameters<typeof post>[0],
  { session, token }: { session: string; token: string },
  url: unknown = WEBHOOK_URL,
) {
  const headers = { authorization: `Bearer ${token}` };
  return post(simulator, `/internal/session/${session}/webhook`, { url }, headers);
}

/** A session that shows its first QR code, and that has a webhook; `qr` was not posted yet. */
export async function withWebhook(options: SimulatorOptions = {}) {
  const webhook = new Webhook();
  const { simulator, clock } = still({ startingFor: 0, fetch: webhook.fetch, ...options });
  const account = await connect(simulator);
  await json(register(simulator, account));
  return { webhook, simulator, clock, account, session: account.session };
}

/** The same, connected, and all events so far forgotten. */
export async function connected(options: SimulatorOptions = {}) {
  const all = await withWebhook(options);
  all.simulator.scan(all.session);
  await all.simulator.settled();
  all.webhook.bodies.length = all.webhook.urls.length = 0;
  return all;
}

/** What was posted since the session was connected, in this form. What is random in envelopes is taken off. */
export async function posted(
  eventForm: "flat" | "wrapped" | "wppconnect",
  work: (world: Awaited<ReturnType<typeof connected>>) => Promise<unknown>,
) {
  const world = await connected({ eventForm });
  await work(world);
  await world.simulator.settled();
  return world.webhook.bodies.map((body) => {
    if (eventForm !== "wrapped") return body;
    const { id, created, ...rest } = body;
    assert.match(id, /^evt_[0-9a-f]{32}$/);
    assert.equal(created, NOW_S);
    return rest;
  });
}
