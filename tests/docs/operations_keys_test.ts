/** What docs/operations.md says to do with encryption keys: which are in use, and one that is lost. */
import assert from "node:assert/strict";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { withEnvironment } from "../support/environment.ts";
import { insert } from "../support/inserted_connection.ts";
import { connectAndAsk, eventually, NEWEST, OLDER, STRANGE } from "../support/sealed.ts";
import { inWorld, type World } from "../support/world.ts";
import { codeOf } from "./examples.ts";

/** The code of the page's fence with this title. */
const code = (title: string) => codeOf("docs/operations.md", title);

interface UnderKey {
  key: string;
  secret: string;
  count: number;
  ids: string[];
}

async function underKeys(world: World): Promise<UnderKey[]> {
  const rows = await world.database.query(code("encrypted with")) as unknown as UnderKey[];
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** The id of a key, by the page's command. */
async function keyId(key: string): Promise<string> {
  const command = new Deno.Command("sh", { args: ["-euc", code("key id")], env: { KEY: key } });
  return new TextDecoder().decode((await command.output()).stdout).trim();
}

async function insertSealed(world: World, key: string): Promise<string> {
  const vault = new Vault({ encryptionKeys: [key] });
  const id = crypto.randomUUID();
  const [apiKey, token] = [
    await vault.seal("an apiKey", id, "api_key"),
    await vault.seal("a token", id, "access_token"),
  ];
  return await insert(world, apiKey, token, id);
}

inWorld("the query by encryption key names rows, and the command the key", async (world) => {
  const newest = [await insertSealed(world, NEWEST), await insertSealed(world, NEWEST)].sort();
  const older = await insertSealed(world, OLDER);
  const clear = [
    await insert(world, "in-the-clear"),
    await insert(world, "a..b.c.d"), // looks like one, and is no base64
    await insert(world, "ab..c.d.e"), // is base64, and neither UTF-8 nor JSON
    await insert(world, "eyJ.b.c.d.e", "1.2.3"),
  ];
  const sealed = await new Vault({ encryptionKeys: [OLDER] })
    .seal("a token", newest[0], "webhook_token");
  await world.database.query(
    "update messenger_integrations set settings = settings || $2 where id = $1",
    [newest[0], { webhookToken: sealed }],
  );
  const [newestId, olderId] = [await keyId(NEWEST), await keyId(OLDER)];
  const expected = [
    [newestId, "apiKey", newest],
    [newestId, "access token", newest],
    [olderId, "apiKey", [older]],
    [olderId, "access token", [older]],
    [olderId, "webhook token", [newest[0]]],
    ["in the clear", "apiKey", clear.toSorted()],
    ["in the clear", "access token", [clear[3]]],
  ] as const;
  const found = await underKeys(world);
  for (const [key, secret, ids] of expected) {
    const row = found.find((row) => row.key === key && row.secret === secret);
    assert.deepEqual(row, { key, secret, count: ids.length, ids });
  }
  assert.equal(found.length, expected.length);
});

inWorld(
  "the statement for a lost key lets its users connect again, on the same row",
  async (world) => {
    const token = await connectAndAsk(world);
    const { id } = await eventually(world, (row) => row.access_token !== null);
    const other = await insertSealed(world, STRANGE);
    using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: NEWEST });
    const lost = await world.call("wpp-status", { token });
    assert.equal(lost.status, 500);
    assert.match((await lost.json()).error.message, /^No key of WPP_ENCRYPTION_KEYS decrypts/);
    assert.equal((await world.call("wpp-create", { token })).status, 500);

    const webhookToken = await new Vault({ encryptionKeys: [OLDER] }).seal(
      "t",
      id,
      "webhook_token",
    );
    await world.database.query(
      "update messenger_integrations set webhook_digest = 'd', settings = settings || $2 where id = $1",
      [id, { webhookToken }],
    );
    const under = (await underKeys(world)).filter(({ secret }) => secret === "apiKey");
    const lostId = await keyId(OLDER);
    const { ids } = under.find(({ key }) => key === lostId)!;
    assert.deepEqual(ids, [id]);
    const list = ids.map((id) => `'${id}'`).join(", ");
    await world.database.exec(code("lost key").replace(/'0{8}-[0-]+'/, list));

    assert.ok((await underKeys(world)).every(({ key }) => key !== lostId));
    assert.equal((await world.call("wpp-status", { token })).status, 404);
    const created = await world.call("wpp-create", { token });
    assert.equal(created.status, 201);
    assert.equal((await created.json()).integrationId, id);
    assert.equal((await world.call("wpp-status", { token })).status, 200);
    const untouched = await world.row(
      "select settings ? 'apiKey' as kept from messenger_integrations where id = $1",
      other,
    );
    assert.deepEqual(untouched, { kept: true });
  },
  { env: { WPP_ENCRYPTION_KEYS: OLDER } },
);
