import postgres from "postgres";
import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Fleet } from "../fleet.ts";
import type { ObjectStore } from "./object_store.ts";
import { OBSERVER } from "./observer.ts";
import type { EventPlan } from "./plan.ts";
import type { Sender } from "./sender.ts";

/** Steps that run at once. */
const CONCURRENCY = 32;

/** Takes every step of the plan, a bounded number at once, with its kills, restarts and outages. */
export async function runEventStorm(
  plan: EventPlan,
  { sender, fleet, objects }: { sender: Sender; fleet: Fleet; objects: ObjectStore },
  databaseUrl: string,
  signal: AbortSignal,
): Promise<void> {
  await using restarts = new Restarts(databaseUrl);
  let next = 0;
  const disturb = (step: number) => {
    for (const { at, name, process } of plan.kills) {
      if (at !== step) continue;
      fleet.kill(fleet.slots.find((slot) => slot.name === name && slot.index === process)!);
    }
    objects.isDown = plan.outages.some(({ from, to }) => step >= from && step < to);
    for (const { at, ms } of plan.restarts) if (at === step) restarts.begin(ms);
  };
  const work = async () => {
    while (next < plan.steps.length && !signal.aborted) {
      const number = next++;
      disturb(number);
      const step = plan.steps[number];
      if ("event" in step) await sender.post(step.event);
      else if ("send" in step) await sender.send(step.send);
      else await sender.mark(step.mark);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  signal.throwIfAborted();
}

/** Breaks every connection to a database as a restart does, and lets no new ones in for a while. */
class Restarts implements AsyncDisposable {
  readonly #server: postgres.Sql;
  readonly #name: string;
  #last: Promise<void> = Promise.resolve();

  constructor(databaseUrl: string) {
    const url = new URL(databaseUrl);
    this.#name = url.pathname.slice(1);
    url.pathname = "/postgres";
    this.#server = postgres(url.href, { max: 1 });
  }

  /** One after the other. */
  begin(ms: number): void {
    this.#last = this.#last.then(() => this.#restart(ms));
    this.#last.catch(() => {}); // disposing tells
  }

  async #restart(ms: number): Promise<void> {
    await this.#server.unsafe(`alter database ${this.#name} allow_connections false`);
    try {
      await this.#server`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = ${this.#name} and application_name <> ${OBSERVER}`;
      await sleep(ms);
    } finally {
      await this.#server.unsafe(`alter database ${this.#name} allow_connections true`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#last;
    } finally {
      await this.#server.end({ timeout: 2 });
    }
  }
}
