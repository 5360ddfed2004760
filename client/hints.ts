import { Channel, type ChannelEnd, type ConnectionHint } from "./channel.ts";
import type { SupabaseLike } from "./supabase.ts";
import { isHidden, isOffline, watchPage } from "./watch_page.ts";
import { watchUser } from "./watch_user.ts";

export type { ConnectionHint } from "./channel.ts";

/** What is told to those who listen to an organization's channel. A hint may be lost, doubled or late. */
export interface HintListener {
  /** There is a change of this number. */
  onChange?(change: number): void;
  onConnection?(hint: ConnectionHint): void;
  /** Hints may have been missed: what changed is to be read. */
  onMissed?(): void;
  /** Whether hints come now. */
  onLive?(isLive: boolean): void;
}

export interface Listening {
  readonly isLive: boolean;
  stop(): void;
}

/** How long to wait after a channel that was refused or kept ending; it doubles up to the second. */
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 600_000;
/** Pause between two channels of one topic: older realtime-js needs it to close its socket. */
const SWITCH_MS = 500;
/** One that was live for as long ended for a reason of its own, such as its token's age. */
const LIVED_MS = 3_000;

/** By supabase-js client and topic: it gives one channel for one topic, to whoever asks. */
const shared = new WeakMap<object, Map<string, SharedChannel>>();

/** When the last channel of a client was left, in milliseconds since 1970. */
const leftAt = new WeakMap<object, number>();

/** Listens to a topic, as the user who is signed in; undefined where the client has no channels. */
export function listen(
  supabase: SupabaseLike,
  topic: string,
  listener: HintListener,
): Listening | undefined {
  if (!supabase.channel) return undefined;
  const topics = shared.get(supabase) ?? new Map<string, SharedChannel>();
  shared.set(supabase, topics);
  const channel = topics.get(topic) ?? new SharedChannel(supabase, topic);
  topics.set(topic, channel);
  channel.listeners.add(listener);
  return {
    get isLive() {
      return channel.listeners.has(listener) && channel.isLive;
    },
    stop() {
      channel.listeners.delete(listener);
      if (channel.listeners.size > 0) return;
      channel.close();
      if (topics.get(topic) === channel) topics.delete(topic);
    },
  };
}

/** One channel after the other, for as long as somebody listens. */
class SharedChannel {
  readonly listeners = new Set<HintListener>();
  readonly #supabase: SupabaseLike;
  readonly #topic: string;
  readonly #stopWatching: (() => void)[];
  #channel: Channel | undefined;
  /** Undefined: not known yet. */
  #user: string | null | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Channels in a row that were refused, or ended soon. */
  #failures = 0;
  /** Whether the last one was refused: with the same token it would be again. */
  #isRefused = false;
  #liveSince: number | undefined;

  constructor(supabase: SupabaseLike, topic: string) {
    this.#supabase = supabase;
    this.#topic = topic;
    const back = () => this.#isRefused || this.#anew();
    this.#stopWatching = [
      watchPage({
        onVisibility: () => isHidden() || back(),
        onNetwork: () => isOffline() || back(),
      }),
      watchUser(supabase, {
        onUser: (user) => this.#onUser(user),
        onToken: () => this.#anew(),
      }),
    ];
    // A page that was left for another one, or another user: their channel may still be closing.
    const sinceLeftMs = Date.now() - (leftAt.get(supabase) ?? -Infinity);
    if (sinceLeftMs < SWITCH_MS) this.#openIn(SWITCH_MS - sinceLeftMs);
    else this.#open();
  }

  get isLive(): boolean {
    return this.#channel?.isLive ?? false;
  }

  close(): void {
    for (const stop of this.#stopWatching) stop();
    if (this.#channel) leftAt.set(this.#supabase, Date.now());
    this.#leave();
  }

  #onUser(user: string | null): void {
    const isFirst = this.#user === undefined;
    this.#user = user;
    if (user !== null) return isFirst ? undefined : this.#anew();
    const wasLive = this.isLive;
    this.#leave();
    if (wasLive) this.#tell((listener) => listener.onLive?.(false));
  }

  /** Tries at once, unless it is joined: something has changed that may have been in the way. */
  #anew(): void {
    if (this.isLive || this.#user === null) return;
    this.#failures = 0;
    this.#leave();
    this.#openIn(SWITCH_MS);
  }

  #leave(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#channel?.close();
    this.#channel = undefined;
  }

  #openIn(ms: number): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#open();
    }, ms);
  }

  #open(): void {
    this.#liveSince = undefined;
    this.#isRefused = false;
    this.#channel = new Channel(this.#supabase, this.#topic, {
      onChange: (change) => this.#tell((listener) => listener.onChange?.(change)),
      onConnection: (hint) => this.#tell((listener) => listener.onConnection?.(hint)),
      onJoin: () => this.#tell((listener) => listener.onMissed?.()),
      onLive: (isLive) => {
        if (isLive) this.#liveSince = Date.now();
        this.#tell((listener) => listener.onLive?.(isLive));
      },
      onEnd: (end) => this.#onEnd(end),
    });
  }

  #onEnd(end: ChannelEnd): void {
    this.#channel = undefined;
    const liveMs = this.#liveSince === undefined ? -1 : Date.now() - this.#liveSince;
    if (liveMs >= LIVED_MS) this.#failures = 0;
    const isFresh = end === "lost" && liveMs >= 0 && this.#failures === 0;
    this.#failures++;
    this.#isRefused = end === "refused";
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), MAX_RETRY_MS);
    this.#openIn(isFresh ? SWITCH_MS : retryMs);
  }

  /** One who stops while it is told has stopped. */
  #tell(say: (listener: HintListener) => void): void {
    for (const listener of [...this.listeners]) if (this.listeners.has(listener)) say(listener);
  }
}
