import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { type Answer, call } from "../call.ts";
import type { Fleet, Slot } from "../fleet.ts";
import type { Observer } from "../observer.ts";
import { Numbers } from "./numbers.ts";
import { ORGANIZATIONS, signInTo } from "./organizations.ts";
import type { PlannedPlatform } from "./platform.ts";
import type { Reconciler } from "./reconciliation.ts";

/** More than it takes, though the database fails and restarts. */
const MAX_ATTEMPTS = 30;
const PAUSE_MS = 100;

/** Connects numbers, and disconnects some while events are posted to them. */
export class Connector implements AsyncDisposable {
  readonly #fleet: Fleet;
  readonly #observer: Observer;
  readonly #create: Slot;
  readonly #disconnect: Slot;
  #last: Promise<void> = Promise.resolve();

  private constructor(fleet: Fleet, observer: Observer, create: Slot, disconnect: Slot) {
    this.#fleet = fleet;
    this.#observer = observer;
    this.#create = create;
    this.#disconnect = disconnect;
  }

  /** @param env Of wpp-create. */
  static async start(
    fleet: Fleet,
    observer: Observer,
    env: Record<string, string>,
  ): Promise<Connector> {
    const processes = [fleet.add("wpp-create", env), fleet.add("wpp-disconnect")];
    const [create, disconnect] = await Promise.all(processes);
    return new Connector(fleet, observer, create, disconnect);
  }

  /** Has each organization create its connection; the first one has another number besides, the last one. */
  async connectAll(): Promise<Numbers> {
    const last = ORGANIZATIONS.length - 1;
    const firsts = ORGANIZATIONS.slice(0, last).map(({ index }) => this.#connect(index, {}));
    const sessions = await Promise.all(firsts);
    sessions.push(await this.#connect(last, { another: true, name: "second" }));
    return new Numbers(sessions);
  }

  /** Disconnects a number, in the background, after what was begun before. */
  beginDisconnecting(number: number, numbers: Numbers): void {
    this.#begin(async () => {
      const session = numbers.sessionOf(number);
      session.endingAt = performance.now();
      const answer = await this.#repeat(this.#disconnect, number, { session: session.name });
      session.endedAt = answer.endedAt;
    });
  }

  /** Connects it again, likewise, and has the platform told of its new webhook. */
  beginConnecting(
    number: number,
    numbers: Numbers,
    { platform, reconciler }: { platform: PlannedPlatform; reconciler: Reconciler },
  ): void {
    this.#begin(async () => {
      const { name } = numbers.sessionOf(number);
      numbers.connectAgain(number, await this.#connect(number, { reconnect: true, session: name }));
      reconciler.beginRegistering(platform, numbers);
      await reconciler.ended();
    });
  }

  /** Resolves when nothing runs that was begun. */
  async ended(): Promise<void> {
    await this.#last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {});
  }

  #begin(work: () => Promise<void>): void {
    this.#last = this.#last.then(work);
    this.#last.catch(() => {}); // ended() tells
  }

  async #connect(number: number, body: Record<string, unknown>): Promise<string> {
    const answer = await this.#repeat(this.#create, number, body);
    return (answer.body as { session: string }).session;
  }

  /** Calls a function until it succeeds. */
  async #repeat(slot: Slot, number: number, body: Record<string, unknown>): Promise<Answer> {
    const token = await signInTo(ORGANIZATIONS[number], 0);
    for (let left = MAX_ATTEMPTS; left > 0; left--) {
      const answer = await call(this.#fleet, slot, { token, body });
      if (answer.status === 200 || answer.status === 201) return answer;
      await sleep(PAUSE_MS);
      // As if the time of a creation had ended whose answer the database lost.
      await this.#observer.query(
        `update public.messenger_integrations set claimed_until = now()
         where session = $1 and claimed_until > now()`,
        [String(body.session)],
      );
    }
    throw new Error(`${slot.name} does not succeed for ${ORGANIZATIONS[number].name}`);
  }
}
