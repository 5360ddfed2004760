/** The frames that Phoenix's clients and servers exchange, as they are on the wire. */
import assert from "node:assert/strict";
import { inRealtime, memberToken, type RealtimeWorld } from "../support/realtime.ts";

const TOPIC = "messenger:acme";
const CHANNEL = `realtime:${TOPIC}`;
const GOOD_KEY = "sb_publishable_test";

/** A WebSocket whose frames are read one by one. */
class RawSocket {
  readonly #socket: WebSocket;
  readonly #frames: (string | ArrayBuffer)[] = [];
  #wake = () => {};
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.#frames.push(data);
      this.#wake();
    };
    this.closed = new Promise((resolve) => socket.onclose = () => resolve());
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  async next(): Promise<string | ArrayBuffer> {
    while (this.#frames.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.#frames.shift()!;
  }

  async nextJson(): Promise<unknown> {
    return JSON.parse(await this.next() as string);
  }
}

/** Opens a socket; undefined where that is refused. */
function connect(world: RealtimeWorld, query: string): Promise<RawSocket | undefined> {
  const { host } = new URL(world.gateway.url);
  const socket = new WebSocket(`ws://${host}/realtime/v1/websocket?${query}`);
  return new Promise((resolve) => {
    socket.onopen = () => resolve(new RawSocket(socket));
    socket.onerror = () => resolve(undefined);
  });
}

async function open(world: RealtimeWorld, vsn: string): Promise<RawSocket> {
  return await connect(world, `apikey=${GOOD_KEY}&vsn=${vsn}`) ?? assert.fail("refused");
}

async function joining(): Promise<unknown> {
  return { config: { private: true }, access_token: await memberToken("acme") };
}

inRealtime("version 2 has arrays, and bytes for broadcasts", async (world) => {
  const socket = await open(world, "2.0.0");
  socket.send([null, "1", "phoenix", "heartbeat", {}]);
  const ok = { status: "ok", response: {} };
  assert.deepEqual(await socket.nextJson(), [null, "1", "phoenix", "phx_reply", ok]);
  socket.send(["2", "2", CHANNEL, "phx_join", await joining()]);
  const joined = { status: "ok", response: { postgres_changes: [] } };
  assert.deepEqual(await socket.nextJson(), ["2", "2", CHANNEL, "phx_reply", joined]);
  await world.send(TOPIC, { id: "given" });
  const bytes = new Uint8Array(await socket.next() as ArrayBuffer);
  assert.deepEqual([...bytes.slice(0, 5)], [4, CHANNEL.length, 6, 45, 1]);
  const { id } = (await world.database.query(
    `select id from realtime.messages where payload @> '{"id":"given"}'`,
  ))[0];
  assert.equal(
    new TextDecoder().decode(bytes.slice(5)),
    `${CHANNEL}change{"id":"${id}"}{"id": "given"}`,
  );
  await world.database.exec(`delete from realtime.messages`);
  socket.send(["2", "3", CHANNEL, "phx_leave", {}]);
  assert.deepEqual(await socket.nextJson(), ["2", "3", CHANNEL, "phx_reply", ok]);
  assert.deepEqual(await socket.nextJson(), ["2", "2", CHANNEL, "phx_close", {}]);
  assert.equal(world.realtime.counts.framesReceived, 3);
});

inRealtime("version 1 has objects", async (world) => {
  const socket = await open(world, "1.0.0");
  socket.send({ topic: CHANNEL, event: "phx_join", payload: await joining(), ref: "1" });
  assert.deepEqual(await socket.nextJson(), {
    topic: CHANNEL,
    event: "phx_reply",
    payload: { status: "ok", response: { postgres_changes: [] } },
    ref: "1",
  });
  await world.send(TOPIC, { id: "given" });
  const { ref, topic, event, payload } = await socket.nextJson() as Record<string, unknown>;
  assert.deepEqual([ref, topic, event], [null, CHANNEL, "broadcast"]);
  const { meta, ...broadcast } = payload as { meta: { id: string } };
  assert.deepEqual(broadcast, { type: "broadcast", event: "change", payload: { id: "given" } });
  assert.match(meta.id, /^[0-9a-f-]{36}$/);
});

inRealtime("a channel that is joined again ends the first join", async (world) => {
  const socket = await open(world, "2.0.0");
  const payload = await joining();
  socket.send(["1", "1", CHANNEL, "phx_join", payload]);
  await socket.next();
  socket.send(["2", "2", CHANNEL, "phx_join", payload]);
  assert.deepEqual(await socket.nextJson(), ["1", "1", CHANNEL, "phx_close", {}]);
  const [joinRef, , , event] = await socket.nextJson() as unknown[];
  assert.deepEqual([joinRef, event], ["2", "phx_reply"]);
});

inRealtime("a frame for a channel that is not joined is answered with an error", async (world) => {
  const socket = await open(world, "2.0.0");
  socket.send(["1", "2", CHANNEL, "access_token", {}]);
  const payload = { status: "error", response: { reason: "unmatched topic" } };
  assert.deepEqual(await socket.nextJson(), ["1", "2", CHANNEL, "phx_reply", payload]);
});

inRealtime("a socket is closed when it sends what is no frame", async (world) => {
  for (const text of ["{", "[]", '{"topic":1}', "null"]) {
    const socket = await open(world, "2.0.0");
    socket.send(text);
    await socket.closed;
  }
});

inRealtime(
  "a socket is refused without a key of the project, or in another version",
  async (world) => {
    for (const query of ["", "apikey=", "apikey=other&vsn=2.0.0", `apikey=${GOOD_KEY}&vsn=3.0.0`]) {
      assert.equal(await connect(world, query), undefined);
    }
    assert.equal(world.realtime.counts.sockets, 0);
    for (const key of [GOOD_KEY, "sb_secret_test", await memberToken("acme")]) {
      assert.ok(await connect(world, `apikey=${key}`));
    }
  },
);

inRealtime("a socket is refused while refuse is on", async (world) => {
  world.realtime.faults.refuse = true;
  assert.equal(await connect(world, `apikey=${GOOD_KEY}`), undefined);
  world.realtime.faults.refuse = false;
  assert.ok(await connect(world, `apikey=${GOOD_KEY}`));
});

inRealtime("the server's key reads what no user may", async (world) => {
  const socket = await connect(world, "apikey=sb_secret_test&vsn=2.0.0");
  socket!.send(["1", "1", "realtime:anything", "phx_join", { config: { private: true } }]);
  const [, , , , payload] = await socket!.nextJson() as unknown[];
  assert.equal((payload as { status: string }).status, "ok");
});
