/** The answer of messenger_begin_send is lost: nothing is sent twice, and no key is lost with it. */
import assert from "node:assert/strict";
import { only, send } from "../support/messages.ts";
import { inWorld, type World } from "../support/world.ts";

const isBegin = (path: string) => path.endsWith("/messenger_begin_send");
const begins = (world: World) => world.serviceCalls.filter(({ path }) => isBegin(path)).length;

/** The next begins reach the database, and their answers reach nobody. */
function loseBegins(world: World, times: number): void {
  let left = times;
  world.intercept = async (request) => {
    if (!isBegin(new URL(request.url).pathname) || left-- <= 0) return undefined;
    await world.reach(request);
    return Response.error();
  };
}

/** The only row, once it is closed in the background. */
async function closed(world: World) {
  for (let looks = 0; looks < 500; looks++) {
    const row = await only(world);
    if (row.status !== "sending") return row;
  }
  assert.fail("the row is still sending");
}

for (const key of ["key-1", undefined]) {
  const how = key ? "with" : "without";
  inWorld(
    `wpp-send sends once when the answer of its begin is lost, ${how} a key`,
    async (world) => {
      const { token } = await world.connect();
      loseBegins(world, 1);
      const { http, replayed, content } = await send(world, token, key);
      assert.deepEqual([http, replayed, begins(world)], [202, null, 2]);
      const row = await only(world);
      assert.deepEqual([row.id, row.status, row.attempt], [content.messageId, "accepted", 1]);
      assert.equal(world.simulator.countOf("send"), 1);
    },
  );
}

inWorld(
  "wpp-send sends nothing and frees its key when the answer of its begin is lost twice",
  async (world) => {
    const { token } = await world.connect();
    loseBegins(world, 2);
    const lost = await send(world, token, "key-1");
    assert.deepEqual([lost.http, lost.code, lost.retryable], [503, "database_unavailable", true]);
    const row = await closed(world);
    assert.deepEqual([row.status, row.retryable, row.attempt], ["failed", true, 1]);
    assert.equal(row.error_code, "database_unavailable");
    assert.equal(begins(world), 2);
    assert.equal(world.simulator.countOf("send"), 0);
    assert.equal((await send(world, token, "key-1")).http, 202);
    assert.equal((await send(world, token, "key-1")).replayed, "true");
    assert.equal(world.simulator.countOf("send"), 1);
    assert.equal(world.simulator.messages.length, 1);
  },
);

inWorld(
  "wpp-send closes the row in the background when the database comes back after a lost begin",
  async (world) => {
    const { token } = await world.connect();
    let isAway = true;
    world.intercept = async (request) => {
      if (!isAway) return undefined;
      if (isBegin(new URL(request.url).pathname)) await world.reach(request);
      return Response.error();
    };
    await world.fastForward(async () => {
      assert.equal((await send(world, token, "key-1")).http, 503);
      assert.equal((await only(world)).status, "sending");
      assert.equal((await send(world, token, "key-1")).http, 503);
      isAway = false;
      for (let polls = 0; polls < 200 && (await only(world)).status === "sending"; polls++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    assert.equal((await send(world, token, "key-1")).http, 202);
    assert.equal(world.simulator.countOf("send"), 1);
  },
);

for (const times of [1, 2]) {
  inWorld(
    `wpp-send sends once when the begin of a key's second attempt is lost ${times} times`,
    async (world) => {
      const { token } = await world.connect();
      world.simulator.misbehave("send", { kind: "respond", status: 429 });
      assert.equal((await send(world, token, "key-1")).http, 429);
      loseBegins(world, times);
      const second = await send(world, token, "key-1");
      assert.equal(second.http, times === 1 ? 202 : 503);
      assert.deepEqual((await closed(world)).attempt, 2);
      assert.equal((await send(world, token, "key-1")).http, 202);
      assert.deepEqual((await only(world)).attempt, times + 1);
      assert.equal(world.simulator.countOf("send"), 2); // the refused one and the accepted one
      assert.equal(world.simulator.messages.length, 1);
    },
  );
}
