/** Every part of docs/reacting.md, run in a project on what the webhook stores. */
import assert from "node:assert/strict";
import { withEnvironment } from "../support/environment.ts";
import { fillVault, takeRequests, withExtensions } from "../support/extensions.ts";
import { connectHooked, post } from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";
import { codeOf, loadExample } from "./examples.ts";
import { page } from "./pages.ts";

const PAGE = "docs/reacting.md";
const NOTIFY_URL = "https://alerts.test/hook";
const ANSWER = "Thank you! We answer within the hour.";
const CLEAN_UP = `
  drop trigger if exists on_message on messenger_messages;
  drop trigger if exists on_receipt on messenger_messages;
  drop trigger if exists on_drop on messenger_integrations;
  drop function if exists on_message, on_receipt, on_drop, call_function;
`;

/** Of the connection of the test that runs. */
let hook: string;

/** A connected organization with the page's helper, and the page's statements of these titles. */
function reacting(
  name: string,
  titles: string[],
  test: (world: World, session: string) => Promise<void>,
): void {
  inWorld(name, async (world) => {
    const connected = await connectHooked(world);
    hook = connected.hook;
    await withExtensions(world, async () => {
      await fillVault(world, codeOf(PAGE, "vault"));
      for (const title of ["call", ...titles]) await world.database.exec(codeOf(PAGE, title));
      await test(world, connected.session);
    }, CLEAN_UP);
  });
}

/** A contact writes. */
async function write(event: object = {}): Promise<void> {
  const text = { from: "+79991112233", text: "Are you open?", type: "chat", ...event };
  assert.equal((await post(hook, text)).status, 200);
}

const bot: { fetch(request: Request): Promise<Response> } =
  (await loadExample(PAGE, "bot")).default;
const notify: typeof bot = (await loadExample(PAGE, "notify")).default;

/** The answer's status, and whether it tells of an earlier one. */
async function call(fn: typeof bot, request: Request): Promise<[number, string | null]> {
  const response = await fn.fetch(request.clone());
  await response.body?.cancel();
  return [response.status, response.headers.get("idempotency-replayed")];
}

/** What the notifications' URL got. */
function listen(world: World): unknown[] {
  const got: unknown[] = [];
  world.network.serve(new URL(NOTIFY_URL).origin, async (request) => {
    got.push(await request.json());
    return new Response("ok");
  });
  return got;
}

Deno.test("every example of reacting.md is run", () => {
  const titles = page(PAGE).fences.filter(({ language }) => language).map(({ title }) => title);
  assert.deepEqual(titles, [
    ...["vault", "call", "bot", "on a message", "again", "notify", "on a drop", "on a receipt"],
  ]);
});

reacting("the bot answers once when it is called twice", ["on a message"], async (world) => {
  await write();
  const [request, ...more] = await takeRequests(world);
  assert.deepEqual([request.url.split("/").at(-1), more], ["bot", []]);
  assert.deepEqual(await call(bot, request), [202, null]);
  assert.deepEqual(await call(bot, request), [202, "true"]);
  assert.deepEqual(world.simulator.messages.map(({ text }) => text), [ANSWER]);
  assert.deepEqual(await takeRequests(world), [], "its own answer is none of its messages");
  const chats = await world.database.query("select distinct chat_id from messenger_messages");
  assert.equal(chats.length, 1, "the answer is in the contact's chat");
});

reacting("the bot answers once when the answer was lost", ["on a message"], async (world) => {
  await write();
  const [request] = await takeRequests(world);
  world.simulator.misbehave("send", { kind: "reset", when: "after" });
  const [status] = await call(bot, request);
  assert.equal(status, 504, "delivery_unknown");
  assert.deepEqual(await call(bot, request), [504, "true"]);
  assert.equal(world.simulator.countOf("send"), 1);
});

reacting(
  "the bot answers no picture, no group and no stranger",
  ["on a message"],
  async (world) => {
    await write({ type: "image", text: "[Image]" });
    await write({ from: "120363040000000000@g.us", author: "79991112233@c.us", isGroupMsg: true });
    const [picture, group] = await takeRequests(world);
    assert.equal((await call(bot, picture))[0], 204);
    assert.equal((await call(bot, group))[0], 409);
    const stranger = new Request(group.url, { method: "POST", body: '{"record":{}}' });
    assert.equal((await call(bot, stranger))[0], 401);
    assert.equal((await call(notify, stranger))[0], 401);
    assert.deepEqual(world.simulator.messages, []);
  },
);

reacting("the cron calls the bot again until the message is answered", ["again"], async (world) => {
  const again = await world.row("select command from cron.job");
  const lost = async () => {
    await world.database.exec(String(again!.command));
    return await takeRequests(world);
  };
  await write();
  assert.deepEqual(await lost(), [], "the trigger's call may still be on its way");
  await world.database.exec(
    "update messenger_messages set created_at = now() - interval '2 min' where direction = 'in'",
  );
  const [request, ...more] = await lost();
  assert.deepEqual(more, []);
  world.simulator.misbehave("send", { kind: "respond", status: 429 });
  assert.equal((await call(bot, request))[0], 429);
  assert.equal((await lost()).length, 1, "the answer failed");
  assert.deepEqual(await call(bot, request), [202, null]);
  assert.deepEqual(await lost(), []);
  assert.equal(world.simulator.messages.length, 1);
});

reacting("a connection that drops is told once, without secrets", ["on a drop"], async (
  world,
  session,
) => {
  using _env = withEnvironment({ NOTIFY_URL });
  const got = listen(world);
  const state = (type: string) => post(hook, { type, data: { account: session } });
  await state("connected");
  await state("disconnected");
  await state("disconnected");
  const [request, ...more] = await takeRequests(world);
  assert.deepEqual(more, []);
  assert.deepEqual(await call(notify, request), [204, null]);
  const { organization_id } = (await world.row(
    "select organization_id from messenger_integrations",
  ))!;
  const text = `WhatsApp (${session}) is disconnected`;
  assert.deepEqual(got, [{ text, organization_id, session }]);
  await state("connected");
  const organizationId = organization_id as string;
  const headers = { apikey: request.headers.get("apikey")! };
  const ended = await world.call("wpp-disconnect", { headers, body: { organizationId } });
  assert.equal(ended.status, 200);
  assert.deepEqual(await takeRequests(world), [], "it was meant to end");
});

reacting(
  "a receipt is told when delivery rises",
  ["on a receipt", "on a message"],
  async (world) => {
    using _env = withEnvironment({ NOTIFY_URL });
    const got = listen(world) as { message_id: string; delivery: string }[];
    await write();
    const [incoming] = await takeRequests(world);
    const sent = await (await bot.fetch(incoming)).json();
    await takeRequests(world);
    for (const status of ["delivered", "read", "delivered", "read"]) {
      await post(hook, { type: "delivery", messageId: sent.taskId, status });
    }
    for (const request of await takeRequests(world)) await call(notify, request);
    assert.deepEqual(got.map(({ message_id, delivery }) => [message_id, delivery]), [
      [sent.messageId, "delivered"],
      [sent.messageId, "read"],
    ]);
  },
);

reacting("no client may call the page's helper", [], async (world) => {
  for (const role of ["anon", "authenticated"]) {
    const can = await world.row(
      "select has_function_privilege($1, 'public.call_function(text, jsonb)', 'execute') as may",
      role,
    );
    assert.deepEqual(can, { may: false }, role);
  }
});
