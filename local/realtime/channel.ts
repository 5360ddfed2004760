import { z } from "zod";
import type { Database } from "../database.ts";
import { checkRead, type Claims, Refused, verify } from "./access.ts";
import type { Message } from "./message.ts";

/** Timers of more than 24 days fire at once; the real server looks again every hour, too. */
const MAX_CHECK_MS = 3_600_000;

/** Who may join: the tokens that a channel takes are signed with `jwtSecret`. */
export interface ChannelAccess {
  readonly database: Database;
  readonly jwtSecret: string;
  /** Who joins without a token of their own: by the key of their socket. */
  readonly keyClaims: Claims;
}

const ACCESS_TOKEN = z.string().optional().catch(undefined);
const JOIN = z.object({
  config: z.object({
    private: z.boolean().catch(false),
    broadcast: z.object({ replication_ready: z.boolean().catch(false) })
      .catch({ replication_ready: false }),
  }).catch({ private: false, broadcast: { replication_ready: false } }),
  access_token: ACCESS_TOKEN,
});
const RENEWAL = z.object({ access_token: ACCESS_TOKEN });

/** A channel that a socket has joined. */
export class Channel {
  readonly #access: ChannelAccess;
  readonly #isPrivate: boolean;
  readonly #end: (message: string) => void;
  #token?: string;
  #expiry?: ReturnType<typeof setTimeout>;

  private constructor(
    /** Without `realtime:`. */
    readonly name: string,
    /** Names this join in what is sent to it. */
    readonly joinRef: string | null,
    readonly wantsReplicationReady: boolean,
    options: { access: ChannelAccess; isPrivate: boolean; end: (message: string) => void },
  ) {
    this.#access = options.access;
    this.#isPrivate = options.isPrivate;
    this.#end = options.end;
  }

  /**
   * Joins it by the payload of a `phx_join`; `end` is called once it may not be read any longer.
   *
   * @throws Refused
   */
  static async join(
    { name, joinRef, payload, access, end }: {
      name: string;
      joinRef: string | null;
      payload: unknown;
      access: ChannelAccess;
      end: (channel: Channel, message: string) => void;
    },
  ): Promise<Channel> {
    if (name === "") throw new Refused("TopicNameRequired", "You must provide a topic name");
    const { config, access_token } = JOIN.parse(payload ?? {});
    const channel: Channel = new Channel(name, joinRef, config.broadcast.replication_ready, {
      access,
      isPrivate: config.private,
      end: (message) => end(channel, message),
    });
    await channel.#admit(isToken(access_token) ? access_token : undefined);
    return channel;
  }

  takes(message: Message): boolean {
    return message.topic === this.name && message.private === this.#isPrivate;
  }

  /** Goes on with the token of an `access_token` event, or ends where that may not read. */
  async renew(payload: unknown): Promise<void> {
    const { success, data } = RENEWAL.safeParse(payload);
    if (!success || !isToken(data.access_token) || data.access_token === this.#token) return;
    await this.#admitOrEnd(data.access_token);
  }

  /** Stops watching the token. */
  leave(): void {
    clearTimeout(this.#expiry);
  }

  /** @throws Refused */
  async #admit(token?: string): Promise<void> {
    const { database, jwtSecret, keyClaims } = this.#access;
    const claims = token === undefined ? keyClaims : await verify(token, jwtSecret);
    if (this.#isPrivate) await checkRead(database, this.name, claims);
    this.#token = token;
    this.#watch(claims);
  }

  async #admitOrEnd(token: string): Promise<void> {
    try {
      await this.#admit(token);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#end(error.message);
    }
  }

  /** Policies are not asked again: what they said holds until the token ends or is renewed. */
  #watch({ exp }: Claims): void {
    clearTimeout(this.#expiry);
    if (exp === undefined) return;
    const check = async () => {
      const claims = await verify(this.#token!, this.#access.jwtSecret);
      this.#watch(claims);
    };
    this.#expiry = setTimeout(
      () => check().catch((error: Error) => this.#end(error.message)),
      Math.min(MAX_CHECK_MS, exp * 1000 - Date.now()),
    );
  }
}

/** What supabase-js sends where nobody is signed in is the key of the project. */
function isToken(text: string | undefined): text is string {
  return text !== undefined && !text.startsWith("sb_");
}
