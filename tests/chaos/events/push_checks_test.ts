import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { eventViolations } from "./event_checks.ts";
import { hint, small } from "./small_evidence.ts";

broken("a page shows something else", {
  shown: { wrong: ["the page of a shows other chats than there are"] },
}, /shows other chats than there are \(pageViolations\)/);

broken("a hint holds a text", {
  hints: [hint({ fields: ["change", "id", "text"] })],
}, /a hint "change" to messenger:a holds change,id,text/);
broken("a hint is longer than its numbers", { hints: [hint({ bytes: 2_000 })] }, /has 2000 bytes/);
broken("a hint is not private", {
  hints: [hint({ isPrivate: false })],
}, /is on nobody's private channel/);
broken("a hint goes to a channel of nobody", {
  hints: [hint({ topic: "messenger:b" })],
}, /messenger:b is on nobody's private channel/);
broken("a hint tells of what was not written", {
  hints: [hint({ change: 7 })],
}, /tells of 7, which is yet to come/);
Deno.test("hintViolations finds nothing when a connection's status is told", () => {
  const fields = ["id", "integrationId", "session", "status"];
  const told = hint({ event: "connection", fields, change: null, bytes: 150 });
  assert.deepEqual(eventViolations(small({ hints: [told] })), []);
});

broken("the database refuses what is right", {
  refusals: ["messenger_receive: XX000 no hint"],
}, /the database refused a call: messenger_receive: XX000 no hint/);
broken("a webhook stays forgotten", {
  webhooks: [{ session: "0", isRegistered: false, urls: 1 }],
}, /does not know the webhook of 0 any more/);
broken("a webhook gets another URL", {
  webhooks: [{ session: "0", isRegistered: true, urls: 2 }],
}, /the webhook of 0 had 2 URLs/);
broken("a log line holds a secret", {
  leaks: ["a log line of wpp-webhook holds a text"],
}, /wpp-webhook holds a text \(secretViolations\)/);
