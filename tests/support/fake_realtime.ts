/** What supabase-js's channels are to the client, moved by the test. */
import type { ChannelLike, ChannelOptions } from "../../client/supabase.ts";

/** How a join goes. */
export interface JoinPlan {
  /** When it is answered; undefined: never. */
  afterMs?: number;
  /** What is answered: SUBSCRIBED, or an error. */
  error?: string;
  /** When the slot streams, from the join on; undefined: the server does not say. */
  slotAfterMs?: number;
}

export class FakeChannel implements ChannelLike {
  readonly topic: string;
  readonly options: ChannelOptions;
  isJoined = false;
  isRemoved = false;
  #bindings: { type: string; event?: string; callback: (sent: unknown) => void }[] = [];
  #callback: ((status: string, error?: unknown) => void) | undefined;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(topic: string, options: ChannelOptions) {
    this.topic = topic;
    this.options = options;
  }

  on(type: string, { event }: { event?: string }, callback: (sent: unknown) => void): this {
    this.#bindings.push({ type, event, callback });
    return this;
  }

  subscribe(callback: (status: string, error?: unknown) => void): this {
    if (this.#callback) throw new Error("tried to join multiple times");
    this.#callback = callback;
    return this;
  }

  /** Lets the join go by a plan. */
  play({ afterMs, error, slotAfterMs }: JoinPlan): void {
    if (afterMs === undefined) return;
    this.#later(afterMs, () => {
      if (error !== undefined) return this.say("CHANNEL_ERROR", new Error(error));
      this.say("SUBSCRIBED");
      if (slotAfterMs !== undefined) this.#later(slotAfterMs, () => this.system("ok"));
    });
  }

  /** Calls back with a status. */
  say(status: string, error?: Error): void {
    if (this.isRemoved && status !== "CLOSED") return;
    this.isJoined = status === "SUBSCRIBED";
    this.#callback?.(status, error);
  }

  system(status: "ok" | "error"): void {
    this.#push("system", undefined, { status, message: "", extension: "system" });
  }

  push(event: string, payload: object): void {
    this.#push("broadcast", event, { type: "broadcast", event, payload });
  }

  /** The token is too old: the server says so, and closes it. */
  expire(): void {
    this.system("error");
    if (!this.isRemoved) this.remove();
  }

  remove(): void {
    this.isRemoved = true;
    this.isJoined = false;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#callback?.("CLOSED");
  }

  #push(type: string, event: string | undefined, sent: object): void {
    for (const bound of this.#bindings) {
      if (bound.type === type && (type === "system" || bound.event === event)) bound.callback(sent);
    }
  }

  #later(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms));
  }
}

/** All channels of one client: one for a topic at a time, as supabase-js has it. */
export class FakeRealtime {
  /** Each one that was made. */
  readonly channels: FakeChannel[] = [];
  /** How each join goes. */
  plan: JoinPlan | ((topic: string) => JoinPlan) = { afterMs: 20, slotAfterMs: 30 };
  /** How often channels were given the token of the moment. */
  tokens = 0;

  /** As many as were not removed. */
  get open(): FakeChannel[] {
    return this.channels.filter(({ isRemoved }) => !isRemoved);
  }

  get last(): FakeChannel {
    return this.channels.at(-1)!;
  }

  readonly parts = {
    channel: (topic: string, given: object): FakeChannel => {
      const options = given as ChannelOptions;
      const known = this.open.find((one) => one.topic === topic);
      if (known) return known;
      const channel = new FakeChannel(topic, options);
      channel.play(typeof this.plan === "function" ? this.plan(topic) : this.plan);
      this.channels.push(channel);
      return channel;
    },
    removeChannel: (channel: object) => {
      (channel as FakeChannel).remove(); // at once, as supabase-js closes it before its answer is there
      return Promise.resolve("ok");
    },
    realtime: { setAuth: () => Promise.resolve(void this.tokens++) },
  };

  /** Tells the pages of a topic. */
  push(topic: string, event: string, payload: object): void {
    for (const channel of this.open) {
      if (channel.topic === topic && channel.isJoined) channel.push(event, payload);
    }
  }
}
