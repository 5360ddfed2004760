/** The typed client's calls for chats and messages. */
import assert from "node:assert/strict";
import { failure, json, noNetwork, REQUEST_ID, Script } from "../support/script.ts";

const [CHAT, OTHER_CHAT] = [crypto.randomUUID(), crypto.randomUUID()];
const TEXT = "Hello";
const accepted = json(202, {
  messageId: REQUEST_ID,
  chatId: CHAT,
  taskId: "t",
  session: "1",
  to: "+79991112233",
  status: "accepted",
});

const keysOf = (script: Script) => script.sent.map(({ headers }) => headers.get("idempotency-key"));

Deno.test("send goes into a chat when it is given one", async () => {
  using script = new Script();
  script.answers["wpp-send"] = [accepted];
  const answer = await script.wpp.send({ chatId: CHAT, text: TEXT });
  assert.equal(answer.chatId, CHAT);
  assert.deepEqual(script.sent.map(({ name, body }) => [name, body]), [
    ["wpp-send", { chatId: CHAT, text: TEXT }],
  ]);
  assert.match(keysOf(script)[0]!, /^[\da-f-]{36}$/);
});

Deno.test("send has a key for each chat, when the text is the same", async () => {
  using script = new Script();
  script.answers["wpp-send"] = [noNetwork()];
  const inputs = [{ chatId: CHAT }, { chatId: OTHER_CHAT }, { to: "+79991112233" }, { to: CHAT }];
  for (const input of [...inputs, ...inputs]) {
    await assert.rejects(script.wpp.send({ ...input, text: TEXT }));
  }
  const keys = keysOf(script);
  assert.equal(new Set(keys).size, 4);
  assert.deepEqual(keys.slice(4), keys.slice(0, 4), "a retry has the key of its first");
});

Deno.test("send makes a new key when what went into a chat is settled", async () => {
  using script = new Script();
  const refused = failure(409, "message_not_addressable", false);
  script.answers["wpp-send"] = [accepted, refused, accepted];
  await script.wpp.send({ chatId: CHAT, text: TEXT });
  const refusal = { code: "message_not_addressable", mayHaveSent: false };
  await assert.rejects(script.wpp.send({ chatId: CHAT, text: TEXT }), refusal);
  await script.wpp.send({ chatId: CHAT, text: TEXT });
  assert.equal(new Set(keysOf(script)).size, 3);
});

Deno.test("mayHaveSent of a retry is false when the chat is no longer one to write to", async () => {
  const codes = { message_not_addressable: false, chat_not_found: true }; // erased with what it held
  for (const [code, mayHaveSent] of Object.entries(codes)) {
    using script = new Script();
    script.answers["wpp-send"] = [noNetwork(), failure(409, code, false)];
    await assert.rejects(script.wpp.send({ chatId: CHAT, text: TEXT }));
    await assert.rejects(script.wpp.send({ chatId: CHAT, text: TEXT }), { code, mayHaveSent });
  }
});

Deno.test("react posts the message's id and the emoji", async () => {
  using script = new Script();
  const reaction = { messageId: REQUEST_ID, emoji: "👍" };
  script.answers["wpp-react"] = [json(200, reaction)];
  assert.deepEqual(await script.wpp.react(reaction), reaction);
  assert.deepEqual(script.sent.map(({ name, body }) => [name, body]), [["wpp-react", reaction]]);
  assert.deepEqual(keysOf(script), [null]);
});

Deno.test("react rejects with the error that the function answers", async () => {
  using script = new Script();
  script.answers["wpp-react"] = [failure(409, "message_not_addressable", false)];
  await assert.rejects(script.wpp.react({ messageId: REQUEST_ID, emoji: "" }), {
    name: "WppError",
    code: "message_not_addressable",
    requestId: REQUEST_ID,
  });
});
