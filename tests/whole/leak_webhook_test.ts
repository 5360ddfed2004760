/** The webhook's token, and what comes in by it, is in no answer and no log line. */
import assert from "node:assert/strict";
import webhook from "../../supabase/functions/wpp-webhook/index.ts";
import { faults, refusals } from "../support/quoting.ts";
import { WEBHOOK_URL } from "../support/registrations.ts";
import { MARKED_WITH_WEBHOOK, NUMBER, TEXT, Watch } from "../support/watch.ts";
import { newToken } from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

const ADDRESS = `${NUMBER.slice(1)}@c.us`;
const WA_ID = `false_${ADDRESS}_3EB0AAAAAAAAAAAAAAAA`;

/** Events that say what is private in each place, and bodies that nobody understands. */
function told(account: string): [body: unknown, status: number][] {
  const from = { account, from: NUMBER, raw_from: ADDRESS };
  const media = { mimetype: "image/png", filename: `${TEXT}.png`, base64: btoa(TEXT) };
  return [
    [{ ...from, text: TEXT, type: "chat", messageId: WA_ID, senderName: TEXT }, 200],
    [{ ...from, text: `[Image] ${TEXT}`, type: "image", media }, 200],
    [{ event: "onreactionmessage", session: account, msgId: WA_ID, reactionText: TEXT }, 200],
    [{ type: "delivery", account, messageId: WA_ID, status: "read" }, 200],
    [{ ...from, account: `${NUMBER} ${TEXT}`, text: TEXT, type: "chat" }, 200],
    [{ type: `${TEXT} ${NUMBER}`, account }, 200],
    [`{"text": "${TEXT} ${NUMBER}"`, 200],
    [new ReadableStream({ pull: (it) => it.error(new Error(`${TEXT} ${NUMBER}`)) }), 503],
  ];
}

/** A connection whose webhook the platform calls. */
async function connect(world: World, watch: Watch) {
  world.network.serve(new URL(WEBHOOK_URL).origin, webhook.fetch);
  const token = await watch.connect();
  const hook = await watch.hook();
  const { session } = world.simulator.clients.at(-1)!;
  return { token, hook, session };
}

/** The message that came in and has an id. */
const heard = async (world: World) =>
  (await world.row("select id from messenger_messages where wa_message_id = $1", WA_ID))!.id;

inWorld("what the platform tells leaks nowhere", async (world) => {
  using watch = new Watch(world);
  const { token, hook, session } = await connect(world, watch);
  for (const [body, status] of told(session)) assert.equal(await watch.tell(hook, body), status);
  assert.equal(await watch.tell(newToken(), { text: TEXT }), 404);
  assert.equal(await watch.tell(`${hook}x`, { text: TEXT }), 404);
  const reaction = { messageId: await heard(world), emoji: "👍" };
  assert.equal(await watch.call("wpp-react", token, reaction), 502); // the platform knows no such message
  assert.equal(await watch.call("wpp-disconnect", token), 200);
  assert.equal(await watch.tell(hook, { text: TEXT }), 404);
  watch.assertNothingLeaked();
}, MARKED_WITH_WEBHOOK);

inWorld("no failure of the database makes wpp-webhook leak", async (world) => {
  using watch = new Watch(world);
  const { hook, session } = await connect(world, watch);
  assert.equal(await watch.tell(hook, "{}"), 200);
  for (const token of [hook, newToken()]) {
    for (const refuse of refusals(world)) {
      world.intercept = refuse;
      const [[text]] = told(session);
      assert.equal(await world.fastForward(() => watch.tell(token, text)), 503);
    }
  }
  watch.assertNothingLeaked();
}, MARKED_WITH_WEBHOOK);

inWorld(
  "no fault of the platform makes wpp-react or the webhook's registration leak",
  async (world) => {
    using watch = new Watch(world);
    const { token, hook, session } = await connect(world, watch);
    const [[text]] = told(session);
    assert.equal(await watch.tell(hook, text), 200);
    const reaction = { messageId: await heard(world), emoji: "👍" };
    const statuses = [];
    for (const fault of faults(world)) {
      for (const call of ["webhook", "react"] as const) world.simulator.misbehave(call, fault);
      await world.database.exec("update messenger_integrations set webhook_due_at = now()");
      statuses.push(await world.fastForward(() => watch.call("wpp-react", token, reaction)));
    }
    assert.ok(statuses.filter((status) => status >= 400).length > 12, `${statuses}`);
    const registrations = world.simulator.requests.filter(({ path }) => path.endsWith("/webhook"));
    assert.ok(registrations.length > statuses.length / 2, `${registrations.length} registrations`);
    watch.assertNothingLeaked();
  },
  MARKED_WITH_WEBHOOK,
);
