import { Refused } from "./access.ts";
import { Channel, type ChannelAccess } from "./channel.ts";
import type { RealtimeFaults } from "./faults.ts";
import { decode, encode, encodeBroadcast, type Frame, type Version } from "./frames.ts";
import type { Message } from "./message.ts";
import type { ReplicationSlot } from "./slot.ts";

/** How often something happened, since the start. */
export interface RealtimeCounts {
  /** Sockets that were opened. */
  sockets: number;
  /** Joins that were answered "ok". */
  joins: number;
  /** Joins that were refused. */
  deniedJoins: number;
  /** Frames that came from clients. */
  framesReceived: number;
  /** Messages that went out: one to two channels counts twice. */
  broadcasts: number;
}

/** What all sockets share. */
export interface SocketContext {
  readonly access: ChannelAccess;
  readonly faults: RealtimeFaults;
  readonly counts: RealtimeCounts;
  readonly slot: ReplicationSlot;
  /** Called when a channel was left. */
  readonly left: () => void;
}

/** A page's WebSocket and the channels that it has joined. */
export class Socket {
  readonly #socket: WebSocket;
  readonly #version: Version;
  readonly #context: SocketContext;
  readonly #channels = new Map<string, Channel>();
  #last: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, version: Version, context: SocketContext) {
    this.#socket = socket;
    this.#version = version;
    this.#context = context;
    socket.onmessage = ({ data }) => this.#receive(data);
  }

  get channels(): number {
    return this.#channels.size;
  }

  /** Sends a message to those of its channels that take it. */
  deliver(message: Message): void {
    for (const channel of this.#channels.values()) {
      if (!channel.takes(message)) continue;
      this.#context.counts.broadcasts++;
      this.#write(encodeBroadcast(this.#version, `realtime:${channel.name}`, message));
    }
  }

  /** To be called when the socket is closed, too. */
  close(): void {
    for (const channel of this.#channels.values()) this.#remove(channel);
    this.#socket.close();
  }

  /** One after the other, as the real server does: a join that waits holds up the socket. */
  #receive(data: unknown): void {
    this.#context.counts.framesReceived++;
    if (typeof data !== "string") return; // broadcasts from clients
    this.#last = this.#last.then(async () => {
      if (this.#isOpen) await this.#answer(decode(this.#version, data));
    }).catch(() => this.close());
  }

  async #answer(frame: Frame): Promise<void> {
    const { topic, event, payload } = frame;
    if (topic === "phoenix" && event === "heartbeat") return this.#reply(frame, "ok");
    if (event === "phx_join" && topic.startsWith("realtime:")) return await this.#join(frame);
    const channel = this.#channels.get(topic);
    if (!channel) return this.#reply(frame, "error", { reason: "unmatched topic" });
    if (event === "access_token") return await channel.renew(payload);
    if (event !== "phx_leave") return; // presence, and broadcasts from clients
    this.#reply(frame, "ok");
    this.#closeChannel(channel);
  }

  async #join(frame: Frame): Promise<void> {
    const { topic, joinRef, payload } = frame;
    const present = this.#channels.get(topic);
    if (present) this.#closeChannel(present);
    const { access, faults, counts, slot } = this.#context;
    try {
      const name = topic.slice("realtime:".length);
      const end = (one: Channel, message: string) => this.#shutDown(one, message);
      const channel = await Channel.join({ name, joinRef, payload, access, end });
      if (!this.#isOpen) return channel.leave();
      this.#channels.set(topic, channel);
      counts.joins++;
      this.#reply(frame, "ok", { postgres_changes: [] });
      slot.open(faults.slotAfterMs);
      if (channel.wantsReplicationReady) slot.whenStreams(() => this.#tellReady(channel));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      counts.deniedJoins++;
      await new Promise((resolve) => setTimeout(resolve, faults.deniedJoinMs));
      this.#reply(frame, "error", { reason: error.reason });
    }
  }

  #tellReady(channel: Channel): void {
    this.#system(channel, "ok", "Replication connection established");
  }

  /** Ends a channel that may not be read any longer. */
  #shutDown(channel: Channel, message: string): void {
    this.#system(channel, "error", message);
    this.#closeChannel(channel);
  }

  #closeChannel(channel: Channel): void {
    this.#push(channel, "phx_close", {}, channel.joinRef);
    this.#remove(channel);
  }

  #remove(channel: Channel): void {
    channel.leave();
    this.#channels.delete(`realtime:${channel.name}`);
    this.#context.left();
  }

  #system(channel: Channel, status: "ok" | "error", message: string): void {
    this.#push(channel, "system", { extension: "system", status, message, channel: channel.name });
  }

  /** Says something to a channel, unless it was left or joined anew. */
  #push(channel: Channel, event: string, payload: unknown, ref: string | null = null): void {
    const topic = `realtime:${channel.name}`;
    if (this.#channels.get(topic) !== channel) return;
    this.#write(encode(this.#version, { joinRef: channel.joinRef, ref, topic, event, payload }));
  }

  #reply({ joinRef, ref, topic }: Frame, status: "ok" | "error", response: unknown = {}): void {
    const payload = { status, response };
    this.#write(encode(this.#version, { joinRef, ref, topic, event: "phx_reply", payload }));
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  #write(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#isOpen) this.#socket.send(data);
  }
}
