/** What an accepted send may look like, and the id that is read from it. */
import assert from "node:assert/strict";
import { answer, MESSAGE, wppFixture } from "../support/wpp.ts";

const ACCEPTED: [string, string][] = [
  ['{"success":true,"taskId":"t-1","status":"queued"}', "t-1"],
  ['{"id":"m-1"}', "m-1"],
  ['{"taskId":17}', "17"],
  ['{"id":0}', "0"],
  ['{"id":1234567890123456789}', "1234567890123456789"],
  ['{"taskId":null,"id":"m-1"}', "m-1"],
  ['{"taskId":"","id":"m-1"}', "m-1"],
  ['{"taskId":{},"id":9}', "9"],
  ['{"taskId":"t-1","id":"m-1"}', "t-1"],
  ['{"taskId":"t-1","status":"pending","success":true}', "t-1"],
  ['{"taskId":"t-1","status":200}', "t-1"],
];

for (const [body, taskId] of ACCEPTED) {
  Deno.test(`sendText gives the id ${taskId} when the platform answers ${body}`, async () => {
    using world = await wppFixture();
    answer(world, "send")(body);
    assert.deepEqual(await world.client().sendText(world.connection, MESSAGE), { taskId });
    assert.equal(world.simulator.countOf("send"), 1);
  });
}

for (const taskIdField of ["taskId", "id"] as const) {
  Deno.test(`sendText gives the simulator's id when it is a number in ${taskIdField}`, async () => {
    using world = await wppFixture({ taskIdField, numericTaskIds: true });
    const { simulator, connection, client } = world;
    simulator.scan(connection.session);
    const { taskId } = await client().sendText(connection, MESSAGE);
    assert.equal(taskId, simulator.messages[0].taskId);
  });
}
