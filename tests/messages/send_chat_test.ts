/** wpp-send into a chat: through which connection, to which address, and for whom. */
import assert from "node:assert/strict";
import { addNumber, ask, listed, WITH_SECRET } from "../support/numbers.ts";
import { send } from "../support/messages.ts";
import {
  connectHooked,
  databaseCalls,
  giveWebhook,
  type Hooked,
  incoming,
  messages,
  tell,
} from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

const TEXT = "hello";

/** The chat of the message that came last. */
const lastChat = async (world: World) => (await messages(world)).at(-1)!.chat_id as string;

/** A chat that a contact began. */
async function chatOf(world: World, { hook, session }: Hooked, more = {}): Promise<string> {
  await tell(hook, incoming(session, more));
  return await lastChat(world);
}

/** What the platform was told to send. */
const sends = ({ simulator }: World) =>
  simulator.requests.filter(({ call }) => call === "send").map(({ body }) => JSON.parse(body));

inWorld(
  "wpp-send goes out through the chat's own connection, whichever is primary",
  async (world) => {
    const { token, session } = await connectHooked(world);
    const second = await addNumber(world, token, "Second");
    const hook = await giveWebhook(world, second.session);
    await tell(hook, incoming(second.session));
    const chatId = await lastChat(world);
    const primary = (await listed(world, token)).find(({ isPrimary }) => isPrimary);
    assert.equal(primary?.session, session);
    const { http, content } = await send(world, token, undefined, { chatId, text: TEXT });
    const { messageId, taskId, ...answer } = content;
    assert.deepEqual([http, answer], [202, {
      chatId,
      session: second.session,
      to: "+79991112233",
      status: "accepted",
    }]);
    assert.deepEqual(sends(world), [
      { type: "text", account: second.session, to: "79991112233", text: TEXT },
    ]);
    const row = (await messages(world)).find(({ id }) => id === messageId);
    assert.deepEqual([row?.chat_id, row?.task_id, row?.delivery], [chatId, taskId, "queued"]);
    const named = { chatId, text: TEXT, session: second.session };
    assert.equal((await send(world, token, undefined, named)).http, 202);
  },
  WITH_SECRET,
);

const SPELLINGS: Record<string, string[]> = {
  "+525512345678": ["5215512345678", "525512345678"],
  "+541123456789": ["5491123456789", "541123456789"],
};
inWorld("wpp-send writes to the address that WhatsApp last spelled", async (world) => {
  const hooked = await connectHooked(world);
  const { token } = hooked;
  for (const [number, spellings] of Object.entries(SPELLINGS)) {
    const chats = new Set<string>();
    for (const spelling of [...spellings, spellings[0]]) {
      const from = { from: `+${spelling}`, raw_from: `${spelling}@c.us` };
      const chatId = await chatOf(world, hooked, from);
      chats.add(chatId);
      const { content } = await send(world, token, undefined, { chatId, text: TEXT });
      assert.equal(sends(world).at(-1).to, spelling);
      const same = await send(world, token, undefined, { to: content.to, text: TEXT });
      assert.deepEqual([same.content.to, same.content.chatId], [content.to, chatId]);
      assert.equal(sends(world).at(-1).to, spelling, "also by its number");
    }
    assert.equal(chats.size, 1, number);
  }
});

inWorld(
  "wpp-send finds no chat of another organization, or with another session",
  async (world) => {
    const hooked = await connectHooked(world);
    const chatId = await chatOf(world, hooked);
    const stranger = await world.connect();
    const cases = [
      [stranger.token, { chatId }],
      [stranger.token, { chatId, session: stranger.session }],
      [stranger.token, { chatId, session: hooked.session }],
      [hooked.token, { chatId, session: stranger.session }],
      [hooked.token, { chatId: crypto.randomUUID() }],
    ] as const;
    for (const [token, body] of cases) {
      const { http, code } = await send(world, token, "key-1", { ...body, text: TEXT });
      assert.deepEqual([http, code], [404, "chat_not_found"]);
    }
    assert.deepEqual(sends(world), []);
    assert.equal((await messages(world)).length, 1);
  },
);

const WITHOUT_NUMBER: Record<string, object> = {
  "is a group": { raw_from: "120363000000000000@g.us", author: "79991112233@c.us" },
  "hides its number": { from: "+123456789012345", raw_from: "123456789012345@lid" },
};
for (const [what, from] of Object.entries(WITHOUT_NUMBER)) {
  inWorld(`wpp-send answers message_not_addressable when the chat ${what}`, async (world) => {
    const hooked = await connectHooked(world);
    const chatId = await chatOf(world, hooked, from);
    const { http, code, content } = await send(world, hooked.token, "key-1", {
      chatId,
      text: TEXT,
    });
    assert.deepEqual([http, code], [409, "message_not_addressable"]);
    assert.match(content.error.message, /^This chat has no phone number/);
    assert.deepEqual(sends(world), []);
    assert.equal((await messages(world)).length, 1);
  });
}

inWorld("wpp-send finds no connection when the chat's was ended", async (world) => {
  const hooked = await connectHooked(world);
  const { token, session } = hooked;
  const chatId = await chatOf(world, hooked);
  await ask(world, "wpp-disconnect", token, { session });
  const gone = await send(world, token, undefined, { chatId, text: TEXT });
  assert.deepEqual([gone.http, gone.code], [404, "integration_not_found"]);
  assert.equal((await messages(world)).length, 1, "nothing was begun");
  const renewed = await ask(world, "wpp-create", token, { session, reconnect: true });
  world.simulator.scan(renewed.session);
  const { http, content } = await send(world, token, undefined, { chatId, text: TEXT });
  assert.deepEqual([http, content.session, content.chatId], [202, renewed.session, chatId]);
});

const CHAT = crypto.randomUUID();
const REFUSED: [body: object, field: string][] = [
  [{ text: TEXT }, "to"],
  [{ text: TEXT, to: "+79991112233", chatId: CHAT }, "chatId"],
  [{ text: TEXT, chatId: "1" }, "chatId"],
  [{ text: TEXT, chatId: "79991112233@c.us" }, "chatId"],
  [{ text: TEXT, chatId: null }, "chatId"],
];
inWorld("wpp-send refuses both, and neither, of to and chatId", async (world) => {
  const { token } = await world.connect();
  const calls = databaseCalls(world);
  for (const [body, field] of REFUSED) {
    const { http, content } = await send(world, token, undefined, body);
    assert.deepEqual([http, Object.keys(content.error.fields)], [400, [field]]);
  }
  assert.deepEqual(calls(), []);
});

inWorld("wpp-send replays what it sent into a chat", async (world) => {
  const hooked = await connectHooked(world);
  const { token } = hooked;
  const chatId = await chatOf(world, hooked);
  const first = await send(world, token, "key-1", { chatId, text: TEXT });
  const again = await send(world, token, "key-1", { chatId, text: TEXT });
  assert.deepEqual([again.http, again.replayed, again.content], [202, "true", first.content]);
  assert.deepEqual([again.content.chatId, again.content.to], [chatId, "+79991112233"]);
  for (const other of [{ to: "+79991112233" }, { chatId, session: hooked.session }]) {
    const reused = await send(world, token, "key-1", { ...other, text: TEXT });
    assert.deepEqual([reused.http, reused.code], [422, "idempotency_key_reused"]);
  }
  assert.equal(sends(world).length, 1);
});
