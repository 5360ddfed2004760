/**
 * The statements of docs/operations.md that change something, run on a migrated database;
 * operations_queries_test.ts, operations_keys_test.ts and reconciler_cron_test.ts run the others.
 */
import assert from "node:assert/strict";
import { withExtensions } from "../support/extensions.ts";
import { insert } from "../support/inserted_connection.ts";
import { inWorld } from "../support/world.ts";
import { codeOf } from "./examples.ts";
import { page } from "./pages.ts";

/** The code of the page's fence with this title. */
const code = (title: string) => codeOf("docs/operations.md", title);

Deno.test("every statement of operations.md is run", () => {
  const { fences } = page("docs/operations.md");
  const titles = fences.filter(({ language, title }) => title || language === "sql")
    .map(({ title }) => title);
  assert.deepEqual(titles, [
    "vault",
    "reconcile",
    "reconcile with curl",
    "housekeeping",
    "history",
    "backfill",
    "sends by outcome",
    "who is disconnected",
    "who receives nothing",
    "files that wait",
    "size of files",
    "encrypted with",
    "key id",
    "lost key",
    "erase",
  ]);
});

inWorld("the housekeeping's commands run", async (world) => {
  await withExtensions(world, async () => {
    await world.database.exec(code("housekeeping"));
    await world.database.exec(code("history"));
    const jobs = await world.database.query("select command from cron.job");
    assert.equal(jobs.length, 2);
    for (const { command } of jobs) await world.database.exec(String(command));
  });
});

inWorld("the backfill's statement puts a send of a former version into a chat", async (world) => {
  const id = await insert(world, "k");
  await world.database.query(
    `insert into messenger_messages (integration_id, organization_id, recipient, text, status)
     values ($1, 'o', '+79991112233', 'Hello', 'accepted')`,
    [id],
  );
  for (const count of [1, 0]) {
    assert.deepEqual(await world.database.query(code("backfill")), [{ messenger_backfill: count }]);
  }
  const chat = await world.row("select phone from messenger_chats");
  assert.deepEqual(chat, { phone: "+79991112233" });
});

inWorld(
  "the statement for an organization that leaves deletes all of it, once it is disconnected",
  async (world) => {
    const organization = { app_metadata: { organization_id: "org-1" } };
    const { token } = await world.connect(organization);
    const other = await world.connect();
    const body = { to: "+79991112233", text: "x" };
    for (const sender of [token, other.token]) {
      assert.equal((await world.call("wpp-send", { token: sender, body })).status, 202);
    }
    await assert.rejects(world.database.exec(code("erase")), /still has a connection/);
    assert.equal((await world.call("wpp-disconnect", { token })).status, 200);
    const [{ messenger_erase_organization: erased }] = await world.database.query(code("erase"));
    assert.deepEqual(erased, { messages: 1, connections: 1 });
    for (const table of ["messenger_integrations", "messenger_messages"]) {
      const left = await world.database.query(
        `select organization_id <> 'org-1' as kept from ${table}`,
      );
      assert.deepEqual(left, [{ kept: true }], table);
    }
  },
);
