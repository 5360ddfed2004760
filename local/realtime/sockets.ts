import type { Database } from "../database.ts";
import type { Keys } from "../supabase.ts";
import { type Claims, verify } from "./access.ts";
import type { RealtimeFaults } from "./faults.ts";
import type { Version } from "./frames.ts";
import type { Message } from "./message.ts";
import { ReplicationSlot } from "./slot.ts";
import { type RealtimeCounts, Socket } from "./socket.ts";

/** All sockets that are open. */
export class Sockets {
  readonly counts: RealtimeCounts = {
    sockets: 0,
    joins: 0,
    deniedJoins: 0,
    framesReceived: 0,
    broadcasts: 0,
  };
  readonly slot = new ReplicationSlot();
  readonly #options: Keys & { database: Database };
  readonly #faults: RealtimeFaults;
  readonly #open = new Set<Socket>();

  constructor(options: Keys & { database: Database }, faults: RealtimeFaults) {
    this.#options = options;
    this.#faults = faults;
  }

  get size(): number {
    return this.#open.size;
  }

  deliver(message: Message): void {
    for (const socket of this.#open) socket.deliver(message);
  }

  /** Opens a socket for who has a key of the project. */
  async accept(request: Request): Promise<Response> {
    if (this.#faults.refuse) return new Response(null, { status: 503 });
    const { searchParams } = new URL(request.url);
    const keyClaims = await claimsOf(searchParams.get("apikey") ?? "", this.#options);
    if (!keyClaims) return new Response(null, { status: 401 });
    const version = searchParams.get("vsn") ?? "1.0.0";
    if (version !== "1.0.0" && version !== "2.0.0") return new Response(null, { status: 403 });
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 426 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    this.#add(socket, version, keyClaims);
    return response;
  }

  #add(socket: WebSocket, version: Version, keyClaims: Claims): void {
    const { database, jwtSecret } = this.#options;
    const one = new Socket(socket, version, {
      access: { database, jwtSecret, keyClaims },
      faults: this.#faults,
      counts: this.counts,
      slot: this.slot,
      left: () => this.#closeUnusedSlot(),
    });
    this.counts.sockets++;
    this.#open.add(one);
    socket.onclose = () => {
      this.#open.delete(one);
      one.close();
    };
  }

  #closeUnusedSlot(): void {
    if ([...this.#open].every(({ channels }) => channels === 0)) this.slot.close();
  }
}

/** Who has this key without being signed in; undefined for a key that is not of this project. */
async function claimsOf(key: string, keys: Keys): Promise<Claims | undefined> {
  if (key === keys.publishableKey) return { role: "anon" };
  if (key === keys.secretKey) return { role: "service_role" };
  return await verify(key, keys.jwtSecret).catch(() => undefined);
}
