import type { ChannelLike, ChannelOptions, SupabaseLike } from "./supabase.ts";

/** What a `connection` hint says. */
export interface ConnectionHint {
  integrationId: string;
  session: string;
  status: string;
}

export interface ChannelEvents {
  /** There is a change of this number. */
  onChange(change: number): void;
  onConnection(hint: ConnectionHint): void;
  /** It has joined, or its slot has come to stream: what changed before may have been missed. */
  onJoin(): void;
  /** Whether changes are told now. */
  onLive(isLive: boolean): void;
  /** It is over, and does not join again. */
  onEnd(end: ChannelEnd): void;
}

/** `refused`: the user may not join, or the token is too old. `lost`: anything else. */
export type ChannelEnd = "refused" | "lost";

/** How long after the join the server may take to say that its replication slot streams. */
const SLOT_MS = 3_000;
/** How long realtime-js may try to join by itself. It would go on for ever where there is no Realtime. */
const JOIN_MS = 60_000;

/** The slot streams only while somebody has joined: `replication_ready` has the server say so. */
const OPTIONS: ChannelOptions = {
  config: { private: true, broadcast: { replication_ready: true } },
};

/**
 * One channel of supabase-js, from its join to its end. A lost socket is no end: realtime-js joins
 * again by itself, and `onJoin` comes again.
 */
export class Channel {
  readonly #supabase: SupabaseLike;
  readonly #events: ChannelEvents;
  #channel: ChannelLike | undefined;
  #isOver = false;
  #isJoined = false;
  /** Whether the server has said that its slot streams. */
  #isReady = false;
  #isLive = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(supabase: SupabaseLike, topic: string, events: ChannelEvents) {
    this.#supabase = supabase;
    this.#events = events;
    this.#wait(JOIN_MS, () => this.#end("lost"));
    void Promise.resolve().then(() => this.#join(topic)); // nothing is told before this is made
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Leaves it; nothing is told any more. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isLive = false;
    clearTimeout(this.#timer);
    if (this.#channel) void this.#supabase.removeChannel?.(this.#channel)?.catch(() => {});
  }

  /** With the token of the moment: supabase-js would join with the last that it gave to a channel. */
  async #join(topic: string): Promise<void> {
    try {
      await this.#supabase.realtime?.setAuth();
      if (this.#isOver) return;
      const channel = this.#supabase.channel!(topic, OPTIONS) as ChannelLike;
      this.#channel = channel;
      channel.on("broadcast", { event: "change" }, (sent) => this.#onChange(sent));
      channel.on("broadcast", { event: "connection" }, (sent) => this.#onConnection(sent));
      channel.on("system", {}, (sent) => this.#onSystem(sent));
      channel.subscribe((status, error) => this.#onStatus(status, error));
    } catch {
      this.#end("lost"); // no WebSocket here, or a channel of this topic that is not ours
    }
  }

  #onChange(sent: unknown): void {
    const { change } = payloadOf(sent);
    if (!this.#isOver && typeof change === "number") this.#events.onChange(change);
  }

  #onConnection(sent: unknown): void {
    const { integrationId, session, status } = payloadOf(sent);
    if (this.#isOver) return;
    this.#events.onConnection({
      integrationId: String(integrationId),
      session: String(session),
      status: String(status),
    });
  }

  #onSystem(sent: unknown): void {
    const { status } = (sent ?? {}) as { status?: unknown };
    if (this.#isOver) return;
    // The token has expired, or there is no slot to be had. Where the server closes the channel after
    // that, realtime-js would not join again.
    if (status === "error") return this.#end("lost");
    if (status !== "ok") return;
    this.#isReady = true;
    if (this.#isJoined) this.#setLive();
  }

  #onStatus(status: string, error: unknown): void {
    if (this.#isOver) return;
    if (status === "SUBSCRIBED") return this.#onSubscribed();
    if (status === "CLOSED") return this.#end("lost");
    if (isRefusal(error)) return this.#end("refused");
    // One that has not joined yet waits already, and each attempt may end in an error.
    if (this.#isJoined) this.#wait(JOIN_MS, () => this.#end("lost"));
    this.#isJoined = this.#isReady = false;
    this.#setDown();
  }

  #onSubscribed(): void {
    this.#isJoined = true;
    this.#wait(SLOT_MS, () => this.#setLive());
    this.#events.onJoin();
    if (this.#isReady) this.#setLive();
  }

  /** Also of a slot that came late: then it tells once more that something may have been missed. */
  #setLive(): void {
    clearTimeout(this.#timer);
    const wasLive = this.#isLive;
    this.#isLive = true;
    this.#events.onJoin();
    if (!wasLive) this.#events.onLive(true);
  }

  #setDown(): void {
    const wasLive = this.#isLive;
    this.#isLive = false;
    if (wasLive) this.#events.onLive(false);
  }

  #end(end: ChannelEnd): void {
    if (this.#isOver) return;
    this.#setDown();
    this.close();
    this.#events.onEnd(end);
  }

  #wait(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
  }
}

/** What a broadcast carries. */
function payloadOf(sent: unknown): Record<string, unknown> {
  const { payload } = (sent ?? {}) as { payload?: unknown };
  return (payload ?? {}) as Record<string, unknown>;
}

/** "Unauthorized: You do not have permissions…", "InvalidJWTToken: Token has expired…" and the like. */
function isRefusal(error: unknown): boolean {
  const message = (error as { message?: unknown } | null | undefined)?.message ?? error;
  return /unauthorized|permission|jwt|token/i.test(String(message ?? ""));
}
