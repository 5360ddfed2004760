import { DEVELOPMENT_KEYS } from "../../../local/development_keys.ts";
import type { Fleet, Slot } from "../fleet.ts";
import type { Observer } from "../observer.ts";
import type { ObjectStore } from "../object_store.ts";
import type { Numbers } from "./numbers.ts";
import type { PlannedPlatform } from "./platform.ts";

/** More than a run needs: each stores what is due, and looks at 1,000 files. */
const MAX_RUNS = 200;
/** In a row, in which nothing was done: then all files of a nightly run were looked at. */
const IDLE_RUNS = 8;
/** In which the platform is told of all webhooks, though some of its answers and the database's fail. */
const MAX_REGISTERING_RUNS = 20;

/** Calls wpp-reconcile as a cron does, as if the time had come. */
export class Reconciler implements AsyncDisposable {
  readonly #slot: Slot;
  readonly #observer: Observer;
  #last: Promise<void> = Promise.resolve();

  private constructor(slot: Slot, observer: Observer) {
    this.#slot = slot;
    this.#observer = observer;
  }

  static async start(fleet: Fleet, observer: Observer): Promise<Reconciler> {
    return new Reconciler(await fleet.add("wpp-reconcile"), observer);
  }

  /** Has it tell the platform its webhooks again, in the background, after what was begun before. */
  beginRegistering(platform: PlannedPlatform, numbers: Numbers): void {
    platform.losesEvents = false;
    this.#last = this.#last.then(async () => {
      for (let runs = 0; runs < MAX_REGISTERING_RUNS; runs++) {
        if (numbers.connected().every((one) => platform.tokens.has(one))) return;
        await this.#observer.query(
          "update public.messenger_integrations set reconciled_at = now() - interval '1 minute'",
        );
        await this.#call().catch(() => {}); // the database may be restarting
      }
      platform.losesEvents = true; // nobody waits any longer for what does not come
    });
    this.#last.catch(() => {}); // ended() tells
  }

  /** Resolves when nothing runs that was begun. */
  async ended(): Promise<void> {
    await this.#last;
  }

  /** Has it bring files that wait into Storage, and remove those that no message has. */
  async storeMedia(objects: ObjectStore): Promise<void> {
    await this.#observer.query(
      "update public.messenger_events set due_at = now() where kind = 'media'",
    );
    await objects.age();
    for (let runs = 0, idle = 0; idle < IDLE_RUNS && runs < MAX_RUNS; runs++) {
      const done = await this.#call().catch(() => undefined); // a busy machine is late at times
      idle = done?.events === 0 ? idle + 1 : 0;
    }
  }

  async #call(): Promise<{ events: number }> {
    const response = await fetch(`${this.#slot.process!.origin}/wpp-reconcile`, {
      method: "POST",
      headers: { apikey: DEVELOPMENT_KEYS.secretKey, "content-type": "application/json" },
      body: JSON.stringify({ limit: 1000 }),
    });
    const { error, ...done } = await response.json();
    if (error) throw new Error(`wpp-reconcile answers ${error.code}`);
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {});
  }
}
