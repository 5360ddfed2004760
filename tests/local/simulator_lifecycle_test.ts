/** The simulator's calls about the life of an account: created by the secret, started, stopped. */
import assert from "node:assert/strict";
import { call, connect, create, json, MESSAGE, post, still } from "../support/simulated.ts";

Deno.test("create by the secret makes an account for each organization that is named", async () => {
  const { simulator } = still({ secret: "shared" });
  const headers = { authorization: "Bearer shared" };
  await json(post(simulator, "/api/integrations/wpp/create", {}, headers), 400);
  const wrong = { authorization: "Bearer other" };
  await json(post(simulator, "/api/integrations/wpp/create", { organizationId: "a" }, wrong), 401);
  for (const organizationId of ["a", "a__wpp__0a1b2c3d"]) {
    await create(simulator, { ...headers, "idempotency-key": "k" }, { organizationId });
    // The same key of the same organization is the same creation; of another one it is not.
    await create(simulator, { ...headers, "idempotency-key": "k" }, { organizationId });
  }
  assert.deepEqual(simulator.clients.map(({ owner }) => owner), ["a", "a__wpp__0a1b2c3d"]);
});

Deno.test("a session that needs a start has no code until it is started", async () => {
  const { simulator, clock } = still({ needsStart: true, startingFor: 1 });
  const { session, token, status, qr } = await connect(simulator);
  clock.seconds += 60;
  assert.deepEqual([await json(qr()), await json(status())], [{ qr: null }, {
    status: "starting",
  }]);
  const headers = { authorization: `Bearer ${token}` };
  const start = (number: string) => post(simulator, "/api/accounts/start", { number }, headers);
  await json(start("9"), 404);
  assert.deepEqual(await json(start(session)), { status: "starting" });
  clock.seconds += 1;
  assert.equal((await json(status())).status, "qr_required");
});

Deno.test("stop ends a session, or makes it unknown, as the settings say", async () => {
  for (const stopForgets of [false, true]) {
    const { simulator } = still({ stopForgets });
    const { session, token, status } = await connect(simulator);
    simulator.scan(session);
    const stop = (token: string) =>
      post(simulator, `/internal/session/${session}/stop`, undefined, {
        authorization: `Bearer ${token}`,
      });
    await json(stop("other"), 401);
    await json(stop(token));
    const after = await json(status(), stopForgets ? 404 : 200);
    if (!stopForgets) assert.equal(after.status, "disconnected");
  }
});

Deno.test("delete takes a message back that the session has sent", async () => {
  const { simulator, clock } = still();
  const { session, token, send } = await connect(simulator);
  simulator.scan(session);
  const { taskId } = await json(send(MESSAGE));
  const other = await connect(simulator);
  const deletion = (token: string, id = taskId) =>
    call(simulator, `/api/messages/${id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
    });
  await json(deletion("other"), 401);
  await json(deletion(other.token), 404);
  await json(deletion(token, "unknown"), 404);
  assert.equal(simulator.messages[0].deletedAt, null);
  await json(deletion(token));
  assert.equal(simulator.messages[0].deletedAt, clock.seconds * 1000);
});
