/** wpp-react: what the platform is told, and what the store then says. */
import assert from "node:assert/strict";
import {
  heard,
  HEARD_ID,
  ownReaction,
  react,
  reactionsAt,
  sent,
  SENT_ID,
} from "../support/reactions.ts";
import { waitFor } from "../support/platform_calls.ts";
import { messages, tell } from "../support/webhook.ts";
import { inWorld } from "../support/world.ts";

inWorld("wpp-react tells the platform WhatsApp's id as the platform wrote it", async (world) => {
  const platform = reactionsAt(world);
  const hooked = await heard(world);
  const { token, messageId } = hooked;
  const outgoing = await sent(world, hooked);
  const answer = await react(world, token, messageId, "❤️");
  assert.deepEqual([answer.http, answer.messageId, answer.emoji], [200, messageId, "❤️"]);
  assert.equal((await react(world, token, outgoing.messageId, "🔥")).http, 200);
  assert.deepEqual(platform.requests.map(({ body }) => body), [
    { to: "+79991112233", waMessageId: HEARD_ID, emoji: "❤️" },
    { to: "+79991112233", waMessageId: SENT_ID, emoji: "🔥" },
  ]);
  assert.match(platform.requests[0].authorization!, /^Bearer /);
  assert.equal(world.logs.at(-1)?.messageId, outgoing.messageId);
});

inWorld("wpp-react marks the message, and counts it as a change", async (world) => {
  reactionsAt(world);
  const { token, messageId } = await heard(world);
  const since = async () =>
    Number((await world.row("select change from messenger_changes"))?.change);
  const before = await since();
  await react(world, token, messageId);
  assert.equal(await ownReaction(world, messageId), "👍");
  assert.ok(await since() > before);
  const between = await since();
  await react(world, token, messageId, "😂");
  assert.equal(await ownReaction(world, messageId), "😂");
  const [{ reactions }] = await messages(world);
  assert.equal((reactions as []).length, 1);
  assert.ok(await since() > between);
});

inWorld("wpp-react answers a repeat likewise, and changes nothing more", async (world) => {
  const platform = reactionsAt(world);
  const { token, messageId } = await heard(world);
  const first = await react(world, token, messageId);
  const [before] = await messages(world);
  assert.deepEqual(await react(world, token, messageId), first);
  assert.deepEqual(await messages(world), [before]);
  assert.equal(platform.requests.length, 2);
});

inWorld("wpp-react leaves what the contact reacted with", async (world) => {
  reactionsAt(world);
  const { token, hook, session, messageId } = await heard(world);
  const theirs = { event: "onreactionmessage", session, msgId: HEARD_ID, reactionText: "🙏" };
  await tell(hook, { ...theirs, id: "false_79991112233@c.us_3EB0CC", from: "79991112233@c.us" });
  await react(world, token, messageId);
  const [{ reactions }] = await messages(world);
  assert.deepEqual(
    (reactions as { by: string; emoji: string }[]).map(({ by, emoji }) => [by, emoji]),
    [["+79991112233", "🙏"], ["me", "👍"]],
  );
});

inWorld("wpp-react takes a reaction back when the emoji is empty", async (world) => {
  const platform = reactionsAt(world);
  const { token, messageId } = await heard(world);
  await react(world, token, messageId);
  assert.equal((await react(world, token, messageId, "")).http, 200);
  assert.equal(platform.requests[1].body.emoji, "");
  assert.equal(await ownReaction(world, messageId), undefined);
});

const REFUSALS: Record<string, [answer: () => Response, http: number, code: string]> = {
  "refuses it": [() => Response.json({ error: "emoji" }, { status: 400 }), 502, "gateway_error"],
  "does not know the message": [() => new Response("", { status: 404 }), 502, "gateway_error"],
  "says that it failed": [() => Response.json({ success: false }), 502, "gateway_error"],
  "limits requests": [() => new Response("", { status: 429 }), 429, "rate_limited"],
  "fails": [() => new Response("", { status: 500 }), 502, "gateway_error"],
};
inWorld("wpp-react tells the refusal, and leaves the store, when the platform", async (world) => {
  const platform = reactionsAt(world);
  const { token, messageId } = await heard(world);
  await react(world, token, messageId);
  for (const [what, [answer, http, code]] of Object.entries(REFUSALS)) {
    platform.answer = answer;
    for (const emoji of ["😂", ""]) {
      const refused = await react(world, token, messageId, emoji);
      assert.deepEqual([refused.http, refused.code], [http, code], what);
      assert.equal(await ownReaction(world, messageId), "👍", what);
    }
  }
  assert.equal(platform.requests.length, 1 + 2 * Object.keys(REFUSALS).length);
});

inWorld(
  "wpp-react answers 200 and marks the store later when the database fails",
  async (world) => {
    const platform = reactionsAt(world);
    const { token, messageId } = await heard(world);
    let isDown = true;
    world.intercept = ({ url }) =>
      isDown && url.endsWith("/messenger_mark_reaction") ? Response.error() : undefined;
    await world.fastForward(async () => {
      assert.equal((await react(world, token, messageId)).http, 200);
      assert.equal(await ownReaction(world, messageId), undefined);
      isDown = false;
      await waitFor(async () => await ownReaction(world, messageId) === "👍");
    });
    assert.equal(platform.requests.length, 1);
  },
);
