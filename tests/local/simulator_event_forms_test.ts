/** The forms of the simulator's events, as docs/platform.md has them in section 3. */
import assert from "node:assert/strict";
import { json, MESSAGE } from "../support/simulated.ts";
import { NOW_S, posted, withWebhook } from "../support/simulated_webhook.ts";

const FROM = "79991112233";
const CHAT = `${FROM}@c.us`;
const OWN = "79000000001";

Deno.test("flat messages have no more than live ones, unless they are given it", async () => {
  const [plain, full, own] = await posted("flat", async ({ simulator, session }) => {
    await simulator.incoming({ session, from: `+${FROM}`, text: "Hi" });
    const more = { messageId: "3EB01", timestamp: 5, name: "Anna" };
    await simulator.incoming({ session, from: FROM, text: "Hi", ...more });
    await simulator.phoneWrites({ session, to: FROM, text: "Hello" });
  });
  const account = "0000000000001";
  const live = { account, from: `+${FROM}`, raw_from: CHAT, text: "Hi", type: "chat" };
  assert.deepEqual(plain, live);
  assert.deepEqual(full, { ...live, messageId: "3EB01", timestamp: 5, senderName: "Anna" });
  assert.deepEqual(own, {
    ...{ account, from: `+${OWN}`, raw_from: `${OWN}@c.us`, to: `+${FROM}`, fromMe: true },
    ...{ text: "Hello", type: "chat" },
  });
});

Deno.test("flat media have a placeholder, the caption after it, and a real picture", async () => {
  const media = { mimetype: "audio/ogg", url: "https://wpp.test/1.ogg" };
  const [picture, captioned, voice, file] = await posted("flat", async ({ simulator, session }) => {
    await simulator.incoming({ session, from: FROM, picture: true });
    await simulator.incoming({ session, from: FROM, picture: true, caption: "Look" });
    await simulator.incoming({ session, from: FROM, media, kind: "ptt" });
    const pdf = { mimetype: "application/pdf", filename: "a.pdf", base64: "QQ==" };
    await simulator.incoming({ session, from: FROM, media: pdf });
  });
  assert.deepEqual([picture.type, picture.text], ["image", "[Image]"]);
  const { base64, ...described } = picture.media;
  assert.deepEqual(described, { mimetype: "image/png", filename: "picture.png" });
  assert.equal(atob(base64).slice(1, 4), "PNG");
  assert.equal(captioned.text, "[Image] Look");
  assert.deepEqual([voice.type, voice.text, voice.media], ["ptt", "[Ptt]", media]);
  assert.deepEqual([file.type, file.media.filename], ["document", "a.pdf"]);
});

Deno.test("flat messages of a group name who wrote, and a privacy id hides the number", async () => {
  const [group, hidden, told] = await posted("flat", async ({ simulator, session }) => {
    await simulator.incoming({ session, from: FROM, group: "120363001", text: "Hi" });
    await simulator.incoming({ session, lid: "98765432101234", text: "Hi" });
    await simulator.incoming({ session, lid: "98765432101234", from: FROM, text: "Hi" });
  });
  const of = ({ from, raw_from, author }: Record<string, string>) => [from, raw_from, author];
  assert.deepEqual(of(group), [`+${FROM}`, "120363001@g.us", CHAT]);
  assert.deepEqual(of(hidden), ["+98765432101234", "98765432101234@lid", undefined]);
  assert.deepEqual(of(told), [`+${FROM}`, "98765432101234@lid", undefined]);
});

Deno.test("a deletion is a receipt in the flat form, a reaction nothing", async () => {
  const bodies = await posted("flat", async ({ simulator, session }) => {
    await simulator.deletion(session, "3EB01");
    await assert.rejects(simulator.reaction(session, "3EB01", "👍"), /flat know no reaction/);
  });
  const type = "delivery";
  assert.deepEqual(bodies, [
    { type, account: "0000000000001", messageId: "3EB01", status: "deleted" },
  ]);
});

Deno.test("wrapped events have an envelope, and receipts the pair of ids", async () => {
  const account = "0000000000001";
  const [incoming, own, named, accepted, ...receipts] = await posted(
    "wrapped",
    async ({ simulator, session, account }) => {
      await simulator.incoming({ session, from: FROM, text: "Hi" });
      await simulator.phoneWrites({ session, to: FROM, text: "Hello", timestamp: 7 });
      const more = { messageId: "3EB01", name: "Anna", picture: true, caption: "Look" } as const;
      await simulator.incoming({ session, from: FROM, group: "120363001", ...more });
      await json(account.send(MESSAGE));
      await assert.rejects(simulator.deletion(session, "1"), /wrapped know no deletion/);
      await assert.rejects(simulator.reaction(session, "1", "👍"), /wrapped know no reaction/);
      const { taskId, waMessageId } = simulator.messages[0];
      await simulator.settled();
      assert.deepEqual(simulator.events.at(-1)!.body.data, {
        ...{ account: session, taskId, waMessageId, status: "read" },
      });
    },
  );
  const text = { account, from: `+${FROM}`, text: "Hi", timestamp: NOW_S };
  assert.deepEqual(incoming, { type: "message.incoming", data: text });
  assert.deepEqual(own, {
    type: "message.sent",
    data: { account, to: CHAT, fromMe: true, text: "Hello", timestamp: 7 },
  });
  const { media, ...data } = named.data;
  assert.equal(media.mimetype, "image/png");
  assert.deepEqual(data, {
    ...{ account, from: "120363001@g.us", author: CHAT, text: "Look", timestamp: NOW_S },
    ...{ messageId: "3EB01", senderName: "Anna" },
  });
  assert.deepEqual([accepted.type, Object.keys(accepted.data)], ["message.sent", [
    "account",
    "taskId",
  ]]);
  assert.deepEqual(receipts.map(({ type, data }) => [type, data.status]), [
    ["message.status", "sent"],
    ["message.status", "delivered"],
    ["message.status", "read"],
  ]);
});

Deno.test("wrapped states and codes have an envelope, too", async () => {
  const { simulator, webhook, session } = await withWebhook({ eventForm: "wrapped" });
  await simulator.settled();
  simulator.scan(session);
  await simulator.settled();
  const [code, state] = webhook.bodies;
  assert.deepEqual([code.type, code.data.account], ["qr", session]);
  assert.match(code.data.qr, /#2@/);
  assert.deepEqual([state.type, state.data], ["connected", { account: session }]);
});
