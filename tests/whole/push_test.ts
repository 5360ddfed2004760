/**
 * Pages hold what the database has, whatever Realtime does: with the real supabase-js, the policy that
 * is deployed and the stand-in's faults. `PUSH_CHANGES=10000` makes the storms as long as that.
 */
import assert from "node:assert/strict";
import type { InboxPage } from "../support/push_world.ts";
import { inPushWorld, type PushWorld } from "../support/push_world.ts";
import { userToken } from "../support/jwt.ts";
import { incoming, outgoing, person, type Row, type Shop } from "../support/store.ts";
import type { RealtimeFaults } from "../../local/realtime/faults.ts";

const CHANGES = Number(Deno.env.get("PUSH_CHANGES") ?? 300);
const CONTACTS = 7;

const tokenOf = (organization: string, lifetimeS = 3600) =>
  userToken({
    app_metadata: { organization_id: organization },
    exp: Math.floor(Date.now() / 1000) + lifetimeS,
  });

const phone = (contact: number) => `+7999111220${contact % CONTACTS}`;

/** One change after the other, of every kind. */
async function change(shop: Shop, n: number): Promise<void> {
  const chat = person(phone(n));
  const taskId = `t${n - n % 10}`;
  switch (n % 10) {
    case 0: {
      const begun = await shop.begin({ to: phone(n / 10), text: `sent ${n}` });
      return await shop.close(begun, { taskId });
    }
    case 1:
      return void await shop.receive({ type: "receipt", taskId, delivery: "delivered" });
    case 2:
      return void await shop.receive({ type: "reaction", taskId, by: phone(n), emoji: "👍" });
    case 3:
      return void await shop.receive({ type: "edit", taskId, text: `edited ${n}` });
    case 4:
      return void await shop.receive(outgoing({ chat, text: `from the phone ${n}` }));
    case 5: {
      const [{ id }] = await shop.chats();
      return await shop.markRead(String(id), await shop.change());
    }
    default:
      return void await shop.receive(incoming({ chat, text: `text ${n}` }));
  }
}

/** What a member reads now: all chats, and the newest messages of one. */
async function stored({ client }: InboxPage, chatId: string) {
  const chats = await client.from("messenger_chats").select("*")
    .order("last_message_at", { ascending: false, nullsFirst: false }).order("id");
  const messages = await client.from("messenger_messages").select("*").eq("chat_id", chatId)
    .order("sent_at", { ascending: false }).order("arrived", { ascending: false }).limit(2_000);
  assert.deepEqual([chats.error, messages.error], [null, null]);
  return { chats: chats.data as Row[], messages: (messages.data as Row[]).reverse() };
}

/** Asserts that a page comes to show what is stored, row by row. */
async function assertSettles(page: InboxPage, chatId: string): Promise<void> {
  const expected = await stored(page, chatId);
  const shown = () => {
    const { chats, chat } = page.snapshot;
    const from = chat!.messages[0]?.id;
    const first = expected.messages.findIndex(({ id }) => id === from);
    const messages = chat!.more ? expected.messages.slice(Math.max(0, first)) : expected.messages;
    return { actual: { chats, messages: chat!.messages }, expected: { ...expected, messages } };
  };
  await page.until("all that is stored is shown", () => {
    const { actual, expected } = shown();
    return JSON.stringify(sorted(actual)) === JSON.stringify(sorted(expected));
  });
  assert.ok(page.snapshot.chat!.messages.length >= Math.min(50, expected.messages.length));
}

/** Keys in one order, at every depth; times in one form: Supabase Lite has another than PostgREST. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === "string") {
    return value.replace(/^(\d{4}-\d\d-\d\d) ([\d:.]+)\+00$/, "$1T$2+00:00");
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
}

/** A page with an open chat, of an organization in which something happened already. */
async function openedPage(
  world: PushWorld,
  token = tokenOf,
): Promise<{ shop: Shop; page: InboxPage; chatId: string }> {
  const shop = await world.shop();
  for (let n = 0; n < 10; n++) await change(shop, n);
  const page = world.page(() => token(shop.organization));
  const chatId = String((await shop.chats())[0].id);
  await page.inbox.open(chatId);
  await page.live();
  return { shop, page, chatId };
}

interface Storm {
  faults?: Partial<RealtimeFaults>;
  /** Called before each change. */
  before?: (world: PushWorld, n: number) => unknown;
}

const STORMS: Record<string, Storm> = {
  "every third hint is lost": { faults: { dropEvery: 3 } },
  "every second hint comes twice, and each two are swapped": {
    faults: { doubleEvery: 2, reorder: true },
  },
  "hints over a rate are lost": { faults: { rateLimitPerS: 5 } },
  "the socket is cut again and again": {
    before: ({ realtime }, n) => n % Math.max(3, CHANGES / 100) === 0 && realtime.cut(),
  },
  "hints cannot be stored for a while": {
    before: ({ realtime }, n) => {
      if (n === CHANGES / 3) return realtime.dropPartition();
      if (n === CHANGES / 2) return realtime.makePartitions();
    },
  },
};

for (const [what, { faults, before }] of Object.entries(STORMS)) {
  inPushWorld(`a page ends with what the database has when ${what}`, async (world) => {
    const { shop, page, chatId } = await openedPage(world);
    for (let n = 10; n < CHANGES; n++) {
      await before?.(world, n);
      await change(shop, n);
    }
    world.realtime.makePartitions();
    Object.assign(world.realtime.faults, { dropEvery: 0, rateLimitPerS: Infinity });
    await change(shop, 6); // lost hints are made good by the next one, or by the net
    await assertSettles(page, chatId);
  }, faults);
}

inPushWorld("a page misses nothing when the slot streams only after its join", async (world) => {
  const shop = await world.shop();
  await change(shop, 6);
  const page = world.page(() => tokenOf(shop.organization));
  const chatId = String((await shop.chats())[0].id);
  await page.inbox.open(chatId);
  await page.until("loaded", ({ isLoaded }) => isLoaded);
  for (let n = 10; n < 40; n++) await change(shop, n); // nobody is told of these
  await page.live();
  assert.equal(world.realtime.counts.broadcasts, 0);
  await assertSettles(page, chatId);
}, { slotAfterMs: 1_500 });

inPushWorld("a page that is live and quiet sends nothing", async (world) => {
  const { page } = await openedPage(world);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // what belongs to the join
  const { framesReceived } = world.realtime.counts;
  const { requests } = page;
  await new Promise((resolve) => setTimeout(resolve, 4_000)); // longer than a pause of polling
  assert.deepEqual([page.requests, world.realtime.counts.framesReceived], [
    requests,
    framesReceived,
  ]);
});

inPushWorld("a page goes on when its token expires, with the next one", async (world) => {
  let lifetimeS = 2;
  const { shop, page, chatId } = await openedPage(
    world,
    (organization) => tokenOf(organization, lifetimeS),
  );
  lifetimeS = 3600;
  const expiredAt = Date.now() + 3_000;
  for (let n = 10; Date.now() < expiredAt; n++) await change(shop, n);
  await page.until("joined again", () => world.realtime.counts.joins > 1);
  await page.live();
  await change(shop, 6);
  await assertSettles(page, chatId);
});

inPushWorld("a page shows nothing of the user before, and all of the next one", async (world) => {
  const [one, other] = [await world.shop(), await world.shop()];
  const page = world.page();
  const [first, second] = await Promise.all([one, other].map(async ({ organization }) => {
    const email = `${organization}@example.com`;
    const user = { email, password: "password-1" };
    await world.database.inTurn(() =>
      world.supabase.users.create({ ...user, app_metadata: { organization_id: organization } })
    );
    return user;
  }));
  for (const shop of [one, other]) for (let n = 10; n < 20; n++) await change(shop, n);
  const foreign: unknown[] = [];
  let shop = one;
  page.inbox.subscribe(() => {
    const { chats, chat } = page.snapshot;
    for (const row of [...chats, ...chat?.messages ?? []]) {
      if (row.organization_id !== shop.organization) foreign.push(row);
    }
  });
  for (const [user, whose] of [[first, one], [second, other], [first, one]] as const) {
    shop = whose;
    const { error } = await page.client.auth.signInWithPassword(user);
    assert.equal(error, null);
    const chatId = String((await shop.chats())[0].id);
    await page.until("theirs", ({ chats }) => chats.length > 0);
    await page.inbox.open(chatId);
    await page.live();
    await change(shop, 16);
    await assertSettles(page, chatId);
    await page.client.auth.signOut();
    await page.until(
      "nobody's",
      ({ user, chats, chat }) => user === null && chats.length === 0 && chat === null,
    );
    const { requests } = page;
    await change(shop, 17);
    assert.equal(page.requests, requests);
  }
  assert.deepEqual(foreign, []);
});
