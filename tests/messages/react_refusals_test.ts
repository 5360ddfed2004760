/** Messages that wpp-react cannot name at the platform, and reactions that are none. */
import assert from "node:assert/strict";
import { reactInput } from "../../supabase/functions/_shared/wpp/contract.ts";
import { userToken } from "../support/jwt.ts";
import { ask } from "../support/numbers.ts";
import { heard, react, reactionsAt, sent } from "../support/reactions.ts";
import { databaseCalls, type Hooked, tell } from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

type Case = { more?: Record<string, unknown>; then?: (world: World, hooked: Hooked) => unknown };
const NOT_ADDRESSABLE: Record<string, Case> = {
  "has no id": { more: { messageId: undefined } },
  "is in a group": {
    more: {
      raw_from: "120363000000000000@g.us",
      author: "79991112233@c.us",
      messageId: "false_120363000000000000@g.us_3EB0AA_79991112233@c.us",
    },
  },
  "is of a contact who hides the number": {
    more: {
      from: "+123456789012345",
      raw_from: "123456789012345@lid",
      messageId: "false_123456789012345@lid_3EB0AA",
    },
  },
  "was deleted": {
    then: (_, { hook, session }) =>
      tell(hook, {
        event: "onrevokedmessage",
        session,
        refId: "false_79991112233@c.us_3EB0AAAAAAAAAAAAAAAA",
      }),
  },
  "came to an account that is no more": {
    then: async (world, { token, session }) => {
      await ask(world, "wpp-disconnect", token, { session });
      const renewed = await ask(world, "wpp-create", token, { session, reconnect: true });
      assert.deepEqual([renewed.http, renewed.session !== session], [201, true]);
    },
  },
};
for (const [what, { more, then }] of Object.entries(NOT_ADDRESSABLE)) {
  inWorld(`wpp-react answers message_not_addressable when the message ${what}`, async (world) => {
    const platform = reactionsAt(world);
    const hooked = await heard(world, more);
    await then?.(world, hooked);
    const { http, code, error } = await react(world, hooked.token, hooked.messageId);
    assert.deepEqual([http, code], [409, "message_not_addressable"]);
    assert.match(error.message, /\w+ .*\.$/);
    assert.equal(platform.requests.length, 0);
  });
}

inWorld("wpp-react does not know a message whose id WhatsApp has not told", async (world) => {
  const platform = reactionsAt(world);
  const { token } = await world.connect();
  const body = { to: "+79991112233", text: "Hi" };
  const { messageId } = await ask(world, "wpp-send", token, body);
  assert.equal((await react(world, token, messageId)).code, "message_not_addressable");
  assert.equal(platform.requests.length, 0);
});

inWorld("wpp-react finds no connection when it was ended", async (world) => {
  const platform = reactionsAt(world);
  const { token, session, messageId } = await heard(world);
  await ask(world, "wpp-disconnect", token, { session });
  const { http, code } = await react(world, token, messageId);
  assert.deepEqual([http, code], [404, "integration_not_found"]);
  assert.equal(platform.requests.length, 0);
});

inWorld("wpp-react finds no message of another organization, or none at all", async (world) => {
  const platform = reactionsAt(world);
  const claims = { app_metadata: { organization_id: "shop" } };
  const hooked = await heard(world, {}, claims);
  const outgoing = await sent(world, hooked);
  const { token: stranger } = await world.connect();
  for (const id of [hooked.messageId, outgoing.messageId, crypto.randomUUID()]) {
    const { http, code } = await react(world, stranger, id);
    assert.deepEqual([http, code], [404, "message_not_found"]);
  }
  assert.equal(platform.requests.length, 0);
  const colleague = await userToken(claims);
  assert.equal((await react(world, colleague, hooked.messageId)).http, 200);
});

const FAMILY = "👨‍👩‍👧‍👦";
const EMOJI = [
  ..."👍😂🔥🙏🫠🥹😡", // one code point each
  "❤",
  "❤️",
  "☺️",
  "👍🏽",
  "🇷🇺",
  "🇧🇷",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "🏳️‍🌈",
  "1️⃣",
  "#️⃣",
  "*️⃣",
  FAMILY,
  "👩🏽‍❤️‍💋‍👨🏿",
  "😶‍🌫️",
];
const OTHERS: Record<string, string> = {
  "a letter": "a",
  "a digit": "1",
  "a sign of keycaps": "#",
  "digits": "12",
  "a word": "like",
  "a Cyrillic word": "лайк",
  "two emoji": "👍👍",
  "two flags": "🇷🇺🇧🇷",
  "half a flag": "🇷",
  "an emoji and a letter": "👍a",
  "a letter and an emoji": "a👍",
  "an emoji and a space": "👍 ",
  "a space": " ",
  "a joiner": "\u200d",
  "a selector": "\ufe0f",
  "a colon's name": ":+1:",
  "half a character": "\ud83d",
  "a NUL": "\0",
  "41 characters of one emoji": `${FAMILY}\u200d${FAMILY}\u200d${FAMILY}\u200d${FAMILY}`.slice(
    0,
    41,
  ),
  "markup": "<b>",
};
for (const emoji of EMOJI) {
  Deno.test(`reactInput takes ${emoji} (${[...emoji].length} code points)`, () => {
    assert.ok(reactInput.safeParse({ messageId: crypto.randomUUID(), emoji }).success);
  });
}

inWorld("wpp-react refuses the field emoji when it is not one emoji", async (world) => {
  const platform = reactionsAt(world);
  const { token, messageId } = await heard(world);
  const calls = databaseCalls(world);
  for (const [what, emoji] of Object.entries(OTHERS)) {
    const { http, code, error } = await react(world, token, messageId, emoji);
    assert.deepEqual([http, code], [400, "invalid_request"], what);
    assert.deepEqual(Object.keys(error.fields), ["emoji"], what);
  }
  const missing = await ask(world, "wpp-react", token, { messageId });
  assert.deepEqual(Object.keys(missing.error.fields), ["emoji"]);
  assert.deepEqual([calls(), platform.requests], [[], []]);
});
