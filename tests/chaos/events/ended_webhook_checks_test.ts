import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { eventViolations } from "./event_checks.ts";
import {
  ACCEPTED,
  kept,
  LATE,
  postToFormer,
  READ,
  small,
  STATUS,
  UNKNOWN,
  WITH_ID,
  WITHOUT_ID,
} from "./small_evidence.ts";

const { posts, messages, connections } = small();
const others = (event: number) => posts.filter((post) => post.event !== event);
const row = { ...UNKNOWN, id: "6", text: `event ${LATE}!` };

Deno.test("endedWebhookViolations finds nothing when a post had begun before the disconnection ended", () => {
  for (const status of [200, 404]) {
    const during = [...others(WITHOUT_ID), postToFormer(WITHOUT_ID, status, 15)];
    assert.deepEqual(eventViolations(small({ posts: during })), []);
  }
});

Deno.test("quarantineViolations finds nothing when what is dropped during a disconnection is not counted", () => {
  const uncounted = connections.map((one) => ({ ...one, droppedEvents: 0 }));
  const during = [...others(STATUS), postToFormer(STATUS, 200, 15)];
  assert.deepEqual(eventViolations(small({ connections: uncounted, posts: during })), []);
});

broken("a webhook takes an event after its number was disconnected", {
  posts: [...others(WITH_ID), postToFormer(WITH_ID, 200)],
}, /event 0 was taken by the webhook of former, which was disconnected \(endedWebhookViolations\)/);
broken("a message that came too late is there", {
  messages: [...messages, row],
}, /event 10 came too late, and is there \(endedWebhookViolations\)/);
broken("what came too late was not understood, and is kept", {
  kept: [...small().kept, kept(LATE)],
}, /event 10 came too late, and is there/);
broken("a message is there once more, and one of its posts came too late", {
  posts: [...posts, postToFormer(WITHOUT_ID, 404)],
  messages: [...messages, { ...UNKNOWN, id: "6" }],
}, /event 1 .* was acknowledged 1 times and not 0 times, and is there 2 times/);
broken("a receipt that came too late is there", {
  posts: [...others(READ), postToFormer(READ, 404)],
}, /event 3! is read, which nobody told/);

broken("a webhook is refused before its number is disconnected", {
  posts: [...others(WITHOUT_ID), postToFormer(WITHOUT_ID, 404, 5)],
}, /event 1: 404/);
broken("a webhook is refused whose number is connected", {
  posts: posts.map((post) =>
    post.event === READ ? { ...postToFormer(READ, 404), session: "0" } : post
  ),
}, /event 4: 404/);
broken("a number that is connected again is another connection", {
  connections: connections.map((one) => ({ ...one, id: `${one.id} anew` })),
}, /event 0! is in a \(tenantViolations\)/);
Deno.test("tenantViolations finds nothing when a send went out before its number was connected again", () => {
  const executed = [{ session: "former", text: ACCEPTED.text }];
  assert.deepEqual(eventViolations(small({ executed })), []);
});
