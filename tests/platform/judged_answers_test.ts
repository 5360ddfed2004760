/** Failures that the platform has judged, though its HTTP status is 200. */
import assert from "node:assert/strict";
import { answer, appError, codeOf, MESSAGE, USER_JWT, wppFixture } from "../support/wpp.ts";

const JUDGED = [
  { status: "error", message: "Number is not on WhatsApp" },
  { status: "error", taskId: "t-1" },
  { status: "failed", id: 7 },
  { status: " Error \n", id: 7 },
  { status: "FAILED", taskId: "t-1" },
  { success: true, status: "error", taskId: "t-1" },
  { success: false, taskId: "t-1", status: "queued" },
  { success: false },
  { success: "false", id: 7 },
];

for (const body of JUDGED) {
  Deno.test(`sendText is refused when the platform answers ${JSON.stringify(body)}`, async () => {
    using world = await wppFixture();
    answer(world, "send")(body);
    const error = await appError(world.client().sendText(world.connection, MESSAGE));
    assert.deepEqual([error.code, error.effect], ["gateway_error", "refused"]);
    assert.equal(world.simulator.countOf("send"), 1);
  });
}

Deno.test("sendText is refused when the platform has forgotten the session", async () => {
  using world = await wppFixture();
  const { simulator, connection, client } = world;
  simulator.forget(connection.session);
  const error = await appError(client().sendText(connection, MESSAGE));
  assert.deepEqual([error.code, error.effect, error.retryable], [
    "gateway_error",
    "refused",
    false,
  ]);
  assert.equal(await codeOf(client().status(connection)), "reconnect_required");
});

Deno.test("create is refused when the platform says status: error and names no key", async () => {
  using world = await wppFixture();
  answer(world, "create")({ status: "error", message: "No seats left" });
  const error = await appError(world.client().create({ userJwt: USER_JWT }, "claim-2"));
  assert.deepEqual([error.code, error.effect], ["gateway_error", "refused"]);
});

Deno.test("a call fails when a complete answer says success: false", async () => {
  using world = await wppFixture();
  const wpp = world.client();
  answer(world, "token")({ success: false, token: "t" });
  assert.equal(await codeOf(wpp.getToken(world.connection)), "gateway_error");
  answer(world, "create")({ success: false, apiKey: "key", session: "7" });
  assert.equal(await codeOf(wpp.create({ userJwt: USER_JWT }, "claim-2")), "gateway_error");
  answer(world, "qr")({ success: false, qr: "2@a" });
  assert.equal(await codeOf(wpp.qr(world.connection)), "gateway_error");
  answer(world, "status")({ success: false, status: "connected" });
  assert.equal(await codeOf(wpp.status(world.connection)), "gateway_error");
  answer(world, "send")({ success: false, taskId: "t" });
  assert.equal(await codeOf(wpp.sendText(world.connection, MESSAGE)), "gateway_error");
});
