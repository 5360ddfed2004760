/** Several organizations at one platform: what is one's is never in another's. */
import assert from "node:assert/strict";
import { connectHooked, events, incoming, messages, tell, withId } from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

const UUID = "0A4C1C9E-3B0D-4A53-9D0C-9A5F6F3F2B11";
/** What an organization is called, and what the database calls it. */
const ORGANIZATIONS: [name: string, stored: string][] = [
  ["a", "a"],
  ["a/b", "a/b"],
  ["acme_1", "acme_1"],
  ["acmeX1", "acmeX1"],
  ["Магазин", "Магазин"],
  [UUID, UUID.toLowerCase()],
];

const connectAll = async (world: World) => {
  const all = [];
  for (const [name, stored] of ORGANIZATIONS) {
    const claims = { app_metadata: { organization_id: name } };
    all.push({ stored, ...await connectHooked(world, claims) });
  }
  return all;
};

/** Each organization's texts, as its rows have them. */
async function textsOf(world: World): Promise<Record<string, unknown[]>> {
  const texts: Record<string, unknown[]> = {};
  for (const { organization_id, text } of await messages(world)) {
    (texts[organization_id as string] ??= []).push(text);
  }
  return texts;
}

inWorld(
  "wpp-webhook stores an event in its own organization, whatever that is called",
  async (world) => {
    const all = await connectAll(world);
    for (const { hook, session, stored } of all) {
      await tell(hook, incoming(session, { text: `to ${stored}` }));
    }
    // The same number wrote to all of them, in events of the same id.
    for (const { hook, session } of all) await tell(hook, withId(session, "evt_1"));
    assert.deepEqual(
      await textsOf(world),
      Object.fromEntries(all.map(({ stored }) => [stored, [`to ${stored}`, "Hello"]])),
    );
    const chats = await world.database.query(
      "select organization_id, count(*)::int as chats from messenger_chats group by 1",
    );
    assert.deepEqual(
      Object.fromEntries(chats.map(({ organization_id, chats }) => [organization_id, chats])),
      Object.fromEntries(all.map(({ stored }) => [stored, 1])),
    );
  },
);

inWorld(
  "wpp-webhook crosses no organizations when tokens and accounts are swapped",
  async (world) => {
    const all = await connectAll(world);
    for (const { hook, stored } of all) {
      for (const other of all.filter((one) => one.stored !== stored)) {
        await tell(hook, incoming(other.session));
        await tell(hook, { type: "disconnected", data: { account: other.session } });
      }
    }
    assert.deepEqual(await textsOf(world), {});
    const kept = await events(world);
    assert.equal(kept.length, all.length * (all.length - 1) * 2);
    const rows = await world.database.query(
      "select i.organization_id as owner, e.organization_id, count(*)::int as kept, i.status " +
        "from messenger_events e join messenger_integrations i on i.id = e.integration_id " +
        "group by 1, 2, 4",
    );
    const expected = all.map(({ stored }) => ({ stored, kept: (all.length - 1) * 2 }));
    assert.deepEqual(
      rows.map(({ organization_id, kept }) => ({ stored: organization_id, kept }))
        .sort((one, other) => String(one.stored).localeCompare(String(other.stored))),
      expected.sort((one, other) => one.stored.localeCompare(other.stored)),
    );
    for (const { owner, organization_id, status } of rows) {
      assert.deepEqual([String(owner).toLowerCase(), status], [
        String(organization_id).toLowerCase(),
        "starting",
      ]);
    }
  },
);

inWorld("wpp-webhook takes a receipt for its own organization's message alone", async (world) => {
  const [one, other] = await connectAll(world);
  const body = { to: "+79991112233", text: "Hello" };
  const sent = await world.call("wpp-send", { token: one.token, body });
  const { taskId } = await sent.json();
  const receipt = { type: "delivery", messageId: taskId, status: "read" };
  await tell(other.hook, { ...receipt, account: other.session });
  await tell(other.hook, receipt);
  assert.deepEqual((await messages(world)).map(({ delivery }) => delivery), ["queued"]);
  await tell(one.hook, receipt);
  assert.deepEqual((await messages(world)).map(({ delivery }) => delivery), ["read"]);
});
