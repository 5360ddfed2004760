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
import { type Claims, verify } from "./access.ts";
import { followCommits } from "./commits.ts";
import { NO_FAULTS, type RealtimeFaults } from "./faults.ts";
import type { Version } from "./frames.ts";
import { Mishaps } from "./mishaps.ts";
import { DROP_TODAY, MAKE_PARTITIONS } from "./schema.ts";
import { ReplicationSlot } from "./slot.ts";
import { type RealtimeCounts, Socket, type SocketContext } from "./socket.ts";
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
  const counts = { sockets: 0, joins: 0, deniedJoins: 0, framesReceived: 0, broadcasts: 0 };
  const sockets = new Set<Socket>();
  const slot = new ReplicationSlot();
  const mishaps = new Mishaps(faults, (message) => {
    for (const socket of sockets) socket.deliver(message);
  });
  const left = () => {
    if ([...sockets].every(({ channels }) => channels === 0)) slot.close();
  };
  const run = (sql: string) => database.inTurn(() => database.exec(sql));
  const stopFollowing = await followCommits(
    database,
    () => slot.streams,
    (message) => mishaps.pass(message),
  );
  const upkeep = setInterval(() => run(MAKE_PARTITIONS).catch(console.error), PARTITIONS_EVERY_MS);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (faults.refuse) return new Response(null, { status: 503 });
    return await accept(request, options, (socket, version, keyClaims) => {
      const access = { database, jwtSecret: options.jwtSecret, keyClaims };
      open(socket, version, { access, faults, counts, slot, left }, sockets);
    });
  });
  const tunnel = new Tunnel(server.addr.port);
  return {
    faults,
    counts,
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
      mishaps.flush();
      tunnel.cut();
      for (const socket of sockets) socket.close();
      await server.shutdown();
    },
  };
}

function open(socket: WebSocket, version: Version, context: SocketContext, all: Set<Socket>): void {
  const one = new Socket(socket, version, context);
  context.counts.sockets++;
  all.add(one);
  socket.onclose = () => {
    all.delete(one);
    one.close();
  };
}

/** Opens a socket for who has a key of the project. */
async function accept(
  request: Request,
  keys: Keys,
  opened: (socket: WebSocket, version: Version, keyClaims: Claims) => void,
): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const keyClaims = await claimsOf(searchParams.get("apikey") ?? "", keys);
  if (!keyClaims) return new Response(null, { status: 401 });
  const version = searchParams.get("vsn") ?? "1.0.0";
  if (version !== "1.0.0" && version !== "2.0.0") return new Response(null, { status: 403 });
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response(null, { status: 426 });
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  opened(socket, version, keyClaims);
  return response;
}

/** Who has this key without being signed in; undefined for a key that is not of this project. */
async function claimsOf(key: string, keys: Keys): Promise<Claims | undefined> {
  if (key === keys.publishableKey) return { role: "anon" };
  if (key === keys.secretKey) return { role: "service_role" };
  return await verify(key, keys.jwtSecret).catch(() => undefined);
}
