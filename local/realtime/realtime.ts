/**
 * A stand-in for Supabase's Realtime server: what a page needs to hear of what `realtime.send` puts
 * into `realtime.messages`. supabase-js joins it unchanged. Words, order and limits are those of
 * supabase/realtime 2.130 (`realtime_channel.ex`, `authorization.ex`, `replication_connection.ex`).
 *
 * Real: the protocol (versions 1.0.0 and 2.0.0), keys and tokens, the policies of
 * `realtime.messages`, which are asked as the real server asks them, and how a channel ends.
 * Played: the replication slot, by a trigger that notifies; partitions, which are made at the start
 * and once an hour; and by {@link RealtimeFaults} what goes wrong.
 *
 * Left out: broadcasts from clients, by socket or REST; presence; `postgres_changes`; replay; limits
 * of sockets, channels and joins; the pause between two renewals of a token; tokens signed with
 * other than the project's secret; a replication that never gets ready, which ends the channel.
 */
import type { Database } from "../database.ts";
import type { Upgrade } from "../http.ts";
import type { Keys } from "../supabase.ts";
import { followCommits } from "./commits.ts";
import { NO_FAULTS, type RealtimeFaults } from "./faults.ts";
import { Mishaps } from "./mishaps.ts";
import { DROP_TODAY, MAKE_PARTITIONS } from "./schema.ts";
import type { RealtimeCounts } from "./socket.ts";
import { Sockets } from "./sockets.ts";
import { Tunnel } from "./tunnel.ts";

/** How often partitions are made and old ones dropped. */
const PARTITIONS_EVERY_MS = 3_600_000;

/** Options of {@link startRealtime}. */
export interface RealtimeOptions extends Keys {
  /** Opened with `realtime: true`. */
  database: Database;
  /** What goes wrong from the start. */
  faults?: Partial<RealtimeFaults>;
}

/** A Realtime server that runs. */
export interface Realtime {
  /** What goes wrong; holds from the next message, join or socket on. */
  readonly faults: RealtimeFaults;
  readonly counts: Readonly<RealtimeCounts>;
  /** How many sockets are open. */
  readonly openSockets: number;
  /** Answers the requests of `/realtime/v1/websocket`. */
  readonly upgrade: Upgrade;
  /** Breaks all sockets, as a network that is lost does. */
  cut(): void;
  /** Drops today's partition, so that `realtime.send` fails without a word, and joins are refused. */
  dropPartition(): Promise<void>;
  /** Makes the partitions that are missing. */
  makePartitions(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. Resolves when it hears of commits. */
export async function startRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { database } = options;
  const faults = { ...NO_FAULTS, ...options.faults };
  const sockets = new Sockets(options, faults);
  const mishaps = new Mishaps(faults, (message) => sockets.deliver(message));
  const stopFollowing = await followCommits(
    database,
    () => sockets.slot.streams,
    (message) => mishaps.pass(message),
  );
  const run = (sql: string) => database.inTurn(() => database.exec(sql));
  const upkeep = setInterval(() => run(MAKE_PARTITIONS).catch(console.error), PARTITIONS_EVERY_MS);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => sockets.accept(request),
  );
  const tunnel = new Tunnel(server.addr.port);
  return {
    faults,
    counts: sockets.counts,
    get openSockets() {
      return sockets.size;
    },
    upgrade: tunnel.enter,
    cut: () => tunnel.cut(),
    dropPartition: () => run(DROP_TODAY),
    makePartitions: () => run(MAKE_PARTITIONS),
    async stop() {
      clearInterval(upkeep);
      await stopFollowing();
      mishaps.end();
      tunnel.cut();
      await server.shutdown();
    },
  };
}
