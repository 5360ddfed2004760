/** The simulator's events in the form of wppconnect, the engine below the platform. */
import assert from "node:assert/strict";
import { json, MESSAGE } from "../support/simulated.ts";
import { NOW_S, posted, withWebhook } from "../support/simulated_webhook.ts";

const FROM = "79991112233";
const CHAT = `${FROM}@c.us`;
const OWN = "79000000001";

Deno.test("wppconnect's messages have its fields at the root, and always an id", async () => {
  const [text, picture, group, own] = await posted("wppconnect", async ({ simulator, session }) => {
    await simulator.incoming({ session, from: FROM, text: "Hi", name: "Anna" });
    await simulator.incoming({ session, from: FROM, picture: true, caption: "Look" });
    await simulator.incoming({ session, lid: "98765432101234", group: "120363001", text: "Hi" });
    await simulator.phoneWrites({ session, to: FROM, text: "Hello", timestamp: 7 });
  });
  assert.match(text.id, /^false_79991112233@c\.us_3EB0[0-9A-F]{18}$/);
  assert.deepEqual({ ...text, id: "" }, {
    ...{ event: "onmessage", session: "0000000000001", id: "", from: CHAT, to: `${OWN}@c.us` },
    ...{ chatId: CHAT, fromMe: false, isGroupMsg: false, type: "chat", t: NOW_S, body: "Hi" },
    ...{ notifyName: "Anna", sender: { id: CHAT, pushname: "Anna" } },
  });
  assert.deepEqual([picture.type, picture.caption, picture.mimetype, picture.filename], [
    ...["image", "Look", "image/png", "picture.png"],
  ]);
  assert.equal(atob(picture.body).slice(1, 4), "PNG");
  assert.match(group.id, /^false_120363001@g\.us_3EB0[0-9A-F]{18}_98765432101234@lid$/);
  assert.deepEqual([group.from, group.author, group.isGroupMsg], [
    ...["120363001@g.us", "98765432101234@lid", true],
  ]);
  assert.deepEqual([own.event, own.from, own.to, own.fromMe, own.t], [
    ...["onselfmessage", `${OWN}@c.us`, CHAT, true, 7],
  ]);
});

Deno.test("wppconnect acknowledges by numbers, and tells reactions and deletions", async () => {
  const bodies = await posted("wppconnect", async ({ simulator, session, account }) => {
    await json(account.send(MESSAGE));
    await simulator.settled();
    await simulator.reaction(session, `true_${CHAT}_3EB01`, "👍");
    await simulator.reaction(session, "3EB01", "");
    await simulator.deletion(session, `true_${CHAT}_3EB01`);
  });
  const [first, , , reaction, removal, deletion] = bodies;
  assert.deepEqual(bodies.slice(0, 3).map(({ event, ack }) => [event, ack]), [
    ...[["onack", 1], ["onack", 2], ["onack", 3]],
  ]);
  const { id, _serialized, ...of } = first.id;
  assert.deepEqual(of, { fromMe: true, remote: CHAT });
  assert.equal(_serialized, `true_${CHAT}_${id}`);
  assert.deepEqual(reaction.msgId, {
    ...{ fromMe: true, remote: CHAT, id: "3EB01", _serialized: `true_${CHAT}_3EB01` },
  });
  assert.deepEqual([reaction.event, reaction.reactionText], ["onreactionmessage", "👍"]);
  assert.deepEqual([removal.msgId.id, removal.reactionText], ["3EB01", ""]);
  const refId = `true_${CHAT}_3EB01`;
  assert.deepEqual(deletion, { event: "onrevokedmessage", session: "0000000000001", refId });
});

Deno.test("wppconnect's states have its words, its codes both a picture and the text", async () => {
  const { simulator, webhook, session, account } = await withWebhook({ eventForm: "wppconnect" });
  const { qr } = await json(account.qr());
  simulator.scan(session);
  simulator.disconnect(session);
  await simulator.settled();
  const [code, ...states] = webhook.bodies;
  assert.deepEqual([code.event, code.session, code.urlcode], ["qrcode", session, qr]);
  assert.equal(atob(code.qrcode).slice(1, 4), "PNG");
  const event = "status-find";
  assert.deepEqual(states, [
    { event, session, status: "inChat" },
    { event, session, status: "disconnectedMobile" },
  ]);
});
