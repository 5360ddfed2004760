import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { call } from "../chaos/call.ts";
import { PERSONS } from "../chaos/events/contacts.ts";
import { bodyOf } from "../chaos/events/forms.ts";
import { DELIVERIES, type PlannedEvent } from "../chaos/events/planned_event.ts";
import { weighted } from "../chaos/random.ts";
import type { TimedCall } from "./verdict.ts";
import type { Customer, World } from "./world.ts";

type Kind = "status" | "connections" | "send" | "text" | "receipt" | "media";

/** In thousandths of the calls. */
const MIX: [number, Kind][] = [
  [250, "status"],
  [100, "connections"],
  [150, "send"],
  [300, "text"],
  [150, "receipt"],
  [50, "media"],
];
/** A picture of some 16 KiB. */
const PICTURE_REPEATS = 256;

interface LoadOptions {
  workers: number;
  ms: number;
  /** Calls a second; left out: as many as can be. */
  rate?: number;
  signal: AbortSignal;
}

/** What users and the platform do all day, in one mixture. */
export class Load {
  /** Of the last run: the calls that went well, and what the others were answered. */
  timed: TimedCall[] = [];
  failures: string[] = [];
  readonly #world: World;
  /** By session: the task of the last message that was sent. */
  readonly #tasks = new Map<string, string>();
  #number = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async run({ workers, ms, rate = Infinity, signal }: LoadOptions): Promise<{ calls: number }> {
    this.timed = [];
    this.failures = [];
    const startedAt = performance.now();
    let begun = 0;
    const work = async () => {
      for (;;) {
        const dueAt = begun++ * 1000 / rate;
        const early = dueAt - (performance.now() - startedAt);
        if (dueAt > ms || performance.now() - startedAt > ms) return;
        if (early > 0) await sleep(early, signal);
        signal.throwIfAborted();
        const at = performance.now() - startedAt;
        try {
          const kind = await this.#make(this.#number++);
          this.timed.push({ kind, at, ms: performance.now() - startedAt - at });
        } catch (error) {
          this.failures.push(String(error));
        }
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    return { calls: this.timed.length };
  }

  async #make(number: number): Promise<Kind> {
    const { customers } = this.#world;
    const customer = customers[number % customers.length];
    const kind = weighted(Math.random(), MIX)!;
    switch (kind) {
      case "status":
        await this.#call("wpp-status", customer);
        break;
      case "connections":
        await this.#call("wpp-connections", customer, "GET");
        break;
      case "send":
        await this.#send(customer, number);
        break;
      default:
        await this.#post(customer, kind, number);
    }
    return kind;
  }

  async #send(customer: Customer, number: number): Promise<void> {
    const body = { to: PERSONS[number % PERSONS.length].phone!, text: `send ${number}!` };
    const { taskId } = await this.#call("wpp-send", customer, "POST", body);
    this.#tasks.set(customer.session, String(taskId));
  }

  async #call(
    name: "wpp-status" | "wpp-connections" | "wpp-send",
    { token }: Customer,
    method: "GET" | "POST" = "POST",
    body: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const { fleet, slotOf } = this.#world;
    const answer = await call(fleet, slotOf(name), { token, method, body });
    if (answer.status === 200 || answer.status === 202) return answer.body as never;
    throw new Error(
      `${name} answered ${answer.status} ${JSON.stringify(answer.body)}`,
    );
  }

  async #post(customer: Customer, kind: Kind, number: number): Promise<void> {
    const body = bodyOf(this.#event(customer, kind, number), customer.session);
    const { process } = this.#world.slotOf("wpp-webhook");
    const url = `${process!.origin}/wpp-webhook?token=${customer.webhookToken}`;
    const response = await fetch(url, { method: "POST", body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`wpp-webhook answered ${text}`);
  }

  #event({ session }: Customer, kind: Kind, number: number): PlannedEvent {
    const taskId = this.#tasks.get(session);
    const contact = PERSONS[number % PERSONS.length];
    const event = {
      ...{ number, organization: 0, form: 0 as const, contact },
      ...{ text: `event ${number}!`, key: `3EB0${number}` },
    };
    if (kind === "media") {
      return { ...event, kind, media: btoa(sha256(String(number)).repeat(PICTURE_REPEATS)) };
    }
    if (kind !== "receipt" || taskId === undefined) return { ...event, kind: "text" };
    const about = { taskId, key: taskId, contact, isOurs: true };
    return {
      ...event,
      kind,
      about,
      names: "task",
      delivery: DELIVERIES[number % DELIVERIES.length],
    };
  }
}
